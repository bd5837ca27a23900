import { Duration } from 'aws-cdk-lib';
import { Archive, type IEventBus } from 'aws-cdk-lib/aws-events';
import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { z } from 'zod';
import { DETAIL_TYPE, EVENT_SOURCE } from '../../../shared/events/names.ts';
import { PIN_DETAIL_TYPE } from '../../../shared/events/pin/names.ts';
import { pinFailedSchema, pinPublishedSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import { mediaUploadFailedSchema, mediaUploadSucceededSchema } from '../../../shared/events/schema.ts';

export interface EventRecordProps {
  bus: IEventBus;
}

const ARCHIVE_DAYS = 90;

/** The schema of each event's detail, by the id of its resource in the template. */
const SCHEMAS = {
  SucceededSchema: { detailType: DETAIL_TYPE.succeeded, schema: mediaUploadSucceededSchema },
  FailedSchema: { detailType: DETAIL_TYPE.failed, schema: mediaUploadFailedSchema },
  PinPublishedSchema: { detailType: PIN_DETAIL_TYPE.published, schema: pinPublishedSchema },
  PinFailedSchema: { detailType: PIN_DETAIL_TYPE.failed, schema: pinFailedSchema },
};

/** For new subscribers: an archive of recent events, which can be replayed, and the schemas of the events. */
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
    for (const [schemaId, { detailType, schema }] of Object.entries(SCHEMAS)) {
      new CfnSchema(this, schemaId, {
        registryName: registry.attrRegistryName,
        schemaName: `${EVENT_SOURCE}@${detailType.replaceAll(' ', '')}`,
        description: `Detail of "${detailType}"`,
        type: 'JSONSchemaDraft4',
        content: JSON.stringify(z.toJSONSchema(schema, { target: 'draft-4' })),
      });
    }
  }
}
