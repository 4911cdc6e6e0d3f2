"""One request for every operation of the services named, as botocore serializes and signs it: a JSON object a line."""

import base64
import datetime
import json
import sys

import botocore.session
from botocore.config import Config

TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def sample(shape, name, depth):
    kind = shape.type_name
    if kind == "structure":
        members = {}
        for key, member in shape.members.items():
            nested = member.type_name in ("structure", "list", "map")
            if nested and depth <= 0 and key not in shape.required_members:
                continue
            if getattr(member, "is_document_type", False) or "SSECustomerKey" in key or key == "EndpointId":
                continue
            members[key] = sample(member, key, depth - 1)
            if getattr(shape, "is_tagged_union", False):
                break
        return members
    if kind == "list":
        return [sample(shape.member, name, depth - 1)]
    if kind == "map":
        return {"key1": sample(shape.value, "value", depth - 1)}
    if kind == "timestamp":
        return TIME
    if kind == "boolean":
        return True
    if kind in ("integer", "long", "float", "double"):
        return 7
    if kind == "blob":
        return b"bytes"
    if name == "Bucket":
        return "my-bucket"
    if name == "AccountId":
        return "123456789012"
    if name == "ChecksumAlgorithm":
        return "CRC32"
    if shape.serialization.get("jsonvalue"):
        return {}
    return name.lower() + " &<1>"


def requests_of(session, service):
    client = session.create_client(
        service,
        region_name="eu-west-1",
        endpoint_url="http://127.0.0.1:4680",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, inject_host_prefix=False),
    )
    sent = []

    def keep(request, **_):
        sent.append(request)
        raise RuntimeError("kept")

    client.meta.events.register_first("before-send.*", keep)
    for method, operation in client.meta.method_to_api_mapping.items():
        model = client.meta.service_model.operation_model(operation)
        params = sample(model.input_shape, "input", 1) if model.input_shape else {}
        sent.clear()
        problem = None
        try:
            getattr(client, method)(**params)
        except Exception as error:
            problem = repr(error)
        yield service, operation, sent[0] if sent else None, problem


def main():
    session = botocore.session.get_session()
    wanted = set(sys.argv[1:])
    for service in session.get_available_services():
        signing = session.get_service_model(service).signing_name
        if signing not in wanted:
            continue
        for name, operation, request, problem in requests_of(session, service):
            line = {"client": name, "service": signing, "operation": operation}
            if request is None:
                line["problem"] = problem
            else:
                body = request.body or b""
                if hasattr(body, "read"):
                    body = body.read()
                if isinstance(body, str):
                    body = body.encode()
                line["method"] = request.method
                line["url"] = request.url
                line["headers"] = {
                    key.lower(): value.decode() if isinstance(value, bytes) else value for key, value in request.headers.items()
                }
                line["body"] = base64.b64encode(bytes(body)).decode()
            print(json.dumps(line))


main()
