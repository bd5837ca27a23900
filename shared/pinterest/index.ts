/** The package's entry `pindrop/pinterest`: a client of Pinterest's Media API that needs nothing of AWS. */

export * from './form-upload.ts';
export * from './form-upload-error.ts';
export * from './pinterest-client.ts';
export * from './pinterest-error.ts';
