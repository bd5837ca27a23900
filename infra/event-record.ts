import { Duration } from 'aws-cdk-lib';
import { Archive, type IEventBus } from 'aws-cdk-lib/aws-events';
import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { z } from 'zod';
import { mediaUploadFailedSchema, mediaUploadSucceededSchema } from '../shared/event-schema.ts';
import { EVENT_SOURCE } from '../shared/events.ts';

export interface EventRecordProps {
  bus: IEventBus;
}

const ARCHIVE_DAYS = 90;

/** What a new subscriber starts from: the events of the last months, to be replayed, and their schema. */
export class EventRecord extends Construct {
  constructor(scope: Construct, id: string, { bus }: EventRecordProps) {
    super(scope, id);
    new Archive(this, 'Archive', {
      sourceEventBus: bus,
      description: 'Final events of Pindrop',
      eventPattern: { source: [EVENT_SOURCE] },
      retention: Duration.days(ARCHIVE_DAYS),
    });
    const registry = new CfnRegistry(this, 'Registry', { description: "Schemas of Pindrop's events" });
    const schemas = { Succeeded: mediaUploadSucceededSchema, Failed: mediaUploadFailedSchema };
    for (const [outcome, schema] of Object.entries(schemas)) {
      new CfnSchema(this, `${outcome}Schema`, {
        registryName: registry.attrRegistryName,
        schemaName: `${EVENT_SOURCE}@MediaUpload${outcome}`,
        description: `Detail of "Media Upload ${outcome}"`,
        type: 'JSONSchemaDraft4',
        content: JSON.stringify(z.toJSONSchema(schema, { target: 'draft-4' })),
      });
    }
  }
}
