import type { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import type { RateLimitGate } from '../aws/rate-limit-gate.ts';

/** What differs between the Pinterest accounts of a stack. */
export interface AccountPorts {
  /** The account's name; undefined without the setting `accounts`. */
  account?: string;
  pinterest: Pick<PinterestClient, 'mediaCreate' | 'mediaGet'>;
  gate: RateLimitGate;
}
