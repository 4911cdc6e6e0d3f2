const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/terraform/i, 'Terraform'],
  [/pulumi/i, 'Pulumi'],
  [/opentofu/i, 'OpenTofu'],
  [/cloudformation\.amazonaws\.com/i, 'CloudFormation'],
  [/aws-cdk/i, 'the AWS CDK'],
  [
    /opentrail-console|console\.amazonaws\.com|signin\.amazonaws\.com|^AWS Console|aws-console/i,
    'the console',
  ],
  [/aws-cli\//i, 'the AWS CLI'],
  [/aws-internal|^AWS Internal$/i, 'AWS itself'],
  [/kubectl|eksctl/i, 'a Kubernetes tool'],
  [/boto3\//i, 'boto3'],
  [/botocore\//i, 'botocore'],
  [/aws-sdk-go/i, 'the Go SDK'],
  [/aws-sdk-js|aws-sdk-nodejs/i, 'the JavaScript SDK'],
  [/aws-sdk-java/i, 'the Java SDK'],
  [/aws-sdk-rust/i, 'the Rust SDK'],
  [/aws-sdk-php/i, 'the PHP SDK'],
  [/aws-sdk-ruby/i, 'the Ruby SDK'],
  [/aws-sdk-dotnet/i, 'the .NET SDK'],
  [/^curl\//i, 'curl'],
  [/^Mozilla\//, 'a browser'],
];

/** `the AWS CLI` out of a user agent; undefined for what nobody would recognise. */
export function toolOf(userAgent: string): string | undefined {
  const tool = TOOLS.find(([shape]) => shape.test(userAgent))?.[1];
  if (tool) return tool;
  return /^([a-z0-9-]+)\.amazonaws\.com$/.exec(userAgent)?.[0];
}
