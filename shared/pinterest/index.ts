/** The package's entry `pindrop/pinterest`: a client for Pinterest's Media API that does not need AWS. */

export type { Board, BoardPage, BoardSection, BoardSectionPage } from './boards.ts';
export { type FormUpload, formUpload } from './form-upload.ts';
export type { FormUploadAnswer } from './form-upload-answer.ts';
export { FormUploadError, type FormUploadErrorDetails } from './form-upload-error.ts';
export type { Media, MediaPage, MediaStatus, MediaUpload } from './media.ts';
export type { CoverContentType, Pin, PinCover, PinPage, PinRequest } from './pin.ts';
export {
  type AccessTokenProvider,
  DEFAULT_API_URL,
  type PageRequest,
  PinterestClient,
  type PinterestClientOptions,
} from './pinterest-client.ts';
export { PinterestError, type PinterestErrorDetails, type PinterestOperation } from './pinterest-error.ts';
export type { RateLimit } from './rate-limit.ts';
export { uploadDestination } from './upload-destination.ts';
