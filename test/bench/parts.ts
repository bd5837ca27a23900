import type { Part } from './part.ts';
import { coldStart } from './parts/cold-start.ts';
import { memory } from './parts/memory.ts';
import { requests } from './parts/requests.ts';
import { upload } from './parts/upload.ts';

/** All that the bench measures, in this order. */
export const PARTS: Part[] = [upload, memory, coldStart, requests];
