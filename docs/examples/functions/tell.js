/** What a rule hands over is printed, and so found in the log group /aws/lambda/tell. */
exports.handler = async ({ detail = {} }) => {
  const { userIdentity = {}, eventName, sourceIPAddress, requestParameters } = detail;
  console.log(
    `${userIdentity.arn} called ${eventName} from ${sourceIPAddress}`,
    JSON.stringify(requestParameters),
  );
};
