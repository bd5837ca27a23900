import axios from 'axios';
import FormData from 'form-data';

/**
 * Uploads as most integrations do: axios reads, form-data wraps, axios posts. It runs as a separate program and prints
 * the CPU time, wall time and memory that it used, as JSON.
 * Arguments: the object's URL, its length in bytes, the upload URL.
 */
const [source = '', size = '0', sink = ''] = process.argv.slice(2);
const before = process.cpuUsage();
const begun = performance.now();
const { data } = await axios.get(source, { responseType: 'stream' });
const form = new FormData();
form.append('key', 'k');
form.append('file', data, { filename: 'clip.mp4', contentType: 'video/mp4', knownLength: Number(size) });
await axios.post(sink, form, {
  headers: { ...form.getHeaders(), 'Content-Length': form.getLengthSync() },
  maxBodyLength: Number.POSITIVE_INFINITY,
});
const { user, system } = process.cpuUsage(before);
const used = {
  cpuSeconds: (user + system) / 1_000_000,
  wallSeconds: (performance.now() - begun) / 1000,
  peakRssMib: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(used));
