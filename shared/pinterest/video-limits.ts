/** The limits of the videos that Pinterest accepts. */
export interface VideoLimits {
  maxBytes: number;
  minSeconds: number;
  maxSeconds: number;
  /** Width to height. */
  minAspectRatio: number;
  maxAspectRatio: number;
}

/**
 * Pinterest's own limits. Pinterest says "2 GB", which can mean 2,000,000,000 bytes or 2 GiB. This is the larger one,
 * 2 GiB.
 * @see https://help.pinterest.com/en/business/article/pinterest-product-specs (videos)
 */
export const VIDEO_LIMITS: VideoLimits = {
  maxBytes: 2 * 1024 ** 3,
  minSeconds: 4,
  maxSeconds: 15 * 60,
  minAspectRatio: 1 / 2,
  maxAspectRatio: 1.91,
};
