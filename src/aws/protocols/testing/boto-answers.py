"""Calls the endpoint given with boto3 and prints what it makes of each answer: one JSON object."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="eu-west-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )


def outcome(service, method, params):
    try:
        answer = getattr(client(service), method)(**params)
    except ClientError as error:
        response = error.response
        return {
            "code": response["Error"].get("Code"),
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "requestId": response["ResponseMetadata"].get("RequestId"),
        }
    answer.pop("ResponseMetadata", None)
    if "Body" in answer:
        answer["Body"] = answer["Body"].read().decode()
    return answer


calls = json.load(sys.stdin)
print(json.dumps([outcome(call["client"], call["method"], call["params"]) for call in calls], default=lambda value: value.timestamp()))
