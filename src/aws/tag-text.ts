/** What keys and values of tags may hold: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
export const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
