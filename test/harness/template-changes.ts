interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

function change(text: string, type: string, properties: Record<string, unknown>): string {
  const template = JSON.parse(text);
  for (const { Type, Properties } of Object.values<Resource>(template.Resources)) {
    if (Type === type) Object.assign(Properties, properties);
  }
  return JSON.stringify(template);
}

/** Removes the notifications of the bucket: the bucket fills up as if Pindrop did not exist yet. */
export const withoutNotifications = (template: string): string =>
  change(template, 'Custom::S3BucketNotifications', { NotificationConfiguration: {} });

/** Removes the versioning of the bucket. */
export const withoutVersioning = (template: string): string =>
  change(template, 'AWS::S3::Bucket', { VersioningConfiguration: undefined });
