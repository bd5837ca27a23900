import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

export const XML_HEADERS = { 'Content-Type': 'application/xml' };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
/** XML parsers change a carriage return to a line feed, and reject other control characters: S3 escapes all of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * One XML document. Arrays become repeated elements; undefined becomes nothing.
 * @param root name of the root element; all but Error have S3's namespace
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
 * Reads an XML document of a request. Every value is text, as it was written.
 * @returns the root element's content; undefined unless the document is well-formed and has this root
 */
export function parseXml(text: string, root: string): XmlElement | undefined {
  // Nothing of S3's has a document type, and its entities could be made to expand without end.
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) return undefined;
  const content = parser.parse(text)[root];
  return content === '' ? {} : typeof content === 'object' ? content : undefined;
}

export interface XmlElement {
  [name: string]: string | XmlElement | XmlElement[] | undefined;
}
