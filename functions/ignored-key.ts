/**
 * Why objects are ignored: they were dropped in the bucket, but the settings exclude their keys. An ignored object has no
 * upload and no final event.
 */
export const UNDER_NO_ACCOUNT = "The key is under no account's prefix.";
