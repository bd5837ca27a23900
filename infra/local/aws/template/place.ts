/** What a resource's references are made of. */
export interface Place {
  account: string;
  region: string;
  /** URL of the endpoint. */
  endpoint: string;
}
