import net from 'node:net';
import { Readable } from 'node:stream';
import tls from 'node:tls';

/** The chunks of an object, whose memory can be had back. */
export interface RecyclingReadable extends Readable {
  /** Says that a chunk was made use of: its memory is written over from now on. */
  recycle(chunk: Buffer): void;
  /** Milliseconds without a byte until the stream fails; 0 for as long as it takes. */
  setIdle(milliseconds: number): void;
}

export interface OpenedObject {
  /** By their names in small letters. */
  headers: Record<string, string>;
  body: RecyclingReadable;
}

/** Large enough that a chunk's own cost vanishes, small enough that some of them are little memory. */
export const CHUNK_BYTES = 512 * 1024;
const MAX_HEAD_BYTES = 64 * 1024;

/** Of each host, the TLS session of the last connection: the next one's handshake is the shorter for it. */
const sessions = new Map<string, Buffer>();

/**
 * Gets an object over a connection of its own, into memory that is used again and again: as `https` gets it, each 16 KB
 * are new memory, go through a parser that looks for what is not there, and are put together again to be sent. That is half
 * of the time that an upload takes.
 * @param idleMs milliseconds without a byte, until the answer begins; how long it may stand still later is the reader's affair
 * @returns undefined when the answer is anything but an object of known length: then the ordinary way is to be gone
 * @throws Error when there is no answer
 */
export function openObject(
  url: URL,
  path: string,
  headers: Record<string, string>,
  idleMs: number,
): Promise<OpenedObject | undefined> {
  return new Promise((resolve, reject) => {
    const stream: ObjectStream = new ObjectStream(url, (socket) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}connection: close\r\n\r\n`);
    });
    stream.setIdle(idleMs);
    stream.once('error', reject);
    stream.once('head', (answered: Record<string, string> | undefined) => {
      stream.off('error', reject);
      stream.setIdle(0);
      if (answered) return resolve({ headers: answered, body: stream });
      stream.destroy();
      resolve(undefined);
    });
  });
}

class ObjectStream extends Readable implements RecyclingReadable {
  readonly #socket: net.Socket;
  readonly #free: Buffer[] = [];
  #chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #filled = 0;
  #head: Buffer | undefined = Buffer.alloc(0);
  /** Bytes of the object that are still to come. */
  #left = 0;

  constructor({ protocol, hostname, port, host: origin }: URL, connected: (socket: net.Socket) => void) {
    super({ highWaterMark: CHUNK_BYTES });
    const host = hostname.replace(/^\[|\]$/g, '');
    const onread = {
      buffer: () => this.#chunk.subarray(this.#filled),
      callback: (length: number, bytes: Uint8Array) => this.#received(length, bytes),
    };
    const session = sessions.get(origin);
    this.#socket =
      protocol === 'https:'
        ? tls.connect({
            ...{ host, port: Number(port || 443), ALPNProtocols: ['http/1.1'] },
            ...(session ? { session } : {}),
            ...(net.isIP(host) ? {} : { servername: host }),
            // Node's types know it of net.connect alone.
            ...({ onread } as object),
          })
        : net.connect({ host, port: Number(port || 80), onread });
    this.#socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => connected(this.#socket));
    this.#socket.on('session', (given: Buffer) => sessions.set(origin, given));
    this.#socket.on('timeout', () =>
      this.destroy(new Error(`${host} said nothing for ${(this.#socket.timeout ?? 0) / 1000} s.`)),
    );
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => {
      if (!this.readableEnded && (this.#head || this.#left > 0))
        this.destroy(new Error('The connection was closed before all of the object had come.'));
    });
  }

  setIdle(milliseconds: number): void {
    this.#socket.setTimeout(milliseconds);
  }

  recycle(chunk: Buffer): void {
    if (chunk.length === CHUNK_BYTES) this.#free.push(chunk);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /** @returns whether to read on: what comes is where `buffer` said, behind what was there */
  #received(length: number, bytes: Uint8Array): boolean {
    if (this.#head) return this.#receivedHead(Buffer.from(bytes.subarray(0, length)));
    return this.#receivedBody(length);
  }

  #receivedHead(bytes: Buffer): boolean {
    const head = Buffer.concat([this.#head ?? bytes, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#head = head;
      if (head.length > MAX_HEAD_BYTES) this.destroy(new Error('The answer begins with too many headers.'));
      return true;
    }
    this.#head = undefined;
    const answered = objectHeaders(head.toString('latin1', 0, end));
    const body = head.subarray(end + 4);
    this.#left = Number(answered?.['content-length'] ?? 0);
    const fits = answered !== undefined && body.length <= Math.min(CHUNK_BYTES, this.#left);
    this.emit('head', fits ? answered : undefined);
    if (!fits) return false;
    body.copy(this.#chunk);
    return this.#receivedBody(body.length);
  }

  #receivedBody(length: number): boolean {
    const received = Math.min(length, this.#left);
    this.#filled += received;
    this.#left -= received;
    if (this.#left > 0 && this.#filled < CHUNK_BYTES) return true;
    const chunk = this.#chunk.subarray(0, this.#filled);
    this.#filled = 0;
    this.#chunk = this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const wantsMore = chunk.length === 0 || this.push(chunk);
    if (this.#left > 0) return wantsMore;
    this.push(null);
    return false;
  }
}

/** @returns the headers of an answer that is an object of known length; undefined for any other */
function objectHeaders(head: string): Record<string, string> | undefined {
  const [status = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const plain = /^HTTP\/1\.1 200( |$)/.test(status) && headers['transfer-encoding'] === undefined;
  return plain && /^\d+$/.test(headers['content-length'] ?? '') ? headers : undefined;
}
