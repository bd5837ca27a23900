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

// biome-ignore lint/suspicious/noExplicitAny: a template is whatever CloudFormation takes
type Properties = Record<string, any>;

/** Changes the properties of the one resource of this type whose logical id starts with `id`. */
export const changeResource =
  (type: string, id: string, change: (properties: Properties) => void) =>
  (template: string): string => {
    const parsed = JSON.parse(template) as { Resources: Record<string, { Type: string; Properties: Properties }> };
    const found = Object.entries(parsed.Resources).filter(([each, { Type }]) => Type === type && each.startsWith(id));
    if (found.length !== 1) throw new Error(`There are ${found.length} of ${type} ${id}.`);
    for (const [, { Properties: properties }] of found) change(properties);
    return JSON.stringify(parsed);
  };

/** Sets an environment variable of the one function whose logical id starts with `id`; undefined removes it. */
export const withVariable = (id: string, name: string, value: string | undefined) =>
  changeResource('AWS::Lambda::Function', id, ({ Environment: { Variables } }) => {
    Variables[name] = value;
  });
