import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

export const XML_HEADERS = { 'Content-Type': 'application/xml' };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
/** S3 escapes control characters: XML parsers change a carriage return to a line feed and reject the others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Builds an XML document. Arrays become repeated elements; undefined values are left out.
 * @param root name of the root element; every root except Error gets S3's namespace
 */
export function xml(root: string, content: object): string {
  const attributes = root === 'Error' ? {} : { '@xmlns': NAMESPACE };
  const document = { '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, [root]: { ...attributes, ...content } };
  return builder.build(document).replace(CONTROL, (control) => `&#x${control.charCodeAt(0).toString(16)};`);
}

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  removeNSPrefix: true,
  isArray: (name) => REPEATED.has(name),
});
const REPEATED = new Set(['Object', 'Part', 'Tag', 'Grant']);

/**
 * Parses the XML document of a request. Values stay text and keep their white space.
 * @returns the root element's content; undefined unless the document is well-formed and has this root element
 */
export function parseXml(text: string, root: string): XmlElement | undefined {
  // S3 documents have no DOCTYPE. Entities in a DOCTYPE could expand without limit.
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) return undefined;
  const content = parser.parse(text)[root];
  return content === '' ? {} : typeof content === 'object' ? content : undefined;
}

export interface XmlElement {
  [name: string]: string | XmlElement | XmlElement[] | undefined;
}
