/**
 * Tags that the state machine sets on an object version after its upload ended, with the setting `tagObjects`.
 * `status` has the value `succeeded` or `failed`. `mediaId` exists only if a media was registered.
 */
export const OBJECT_TAG = { status: 'pindrop', mediaId: 'pindrop-media-id' } as const;
