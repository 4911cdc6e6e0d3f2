"""Before the scripts beside this one: `call` makes one call and notes what was asked and what came of it; `finish` says all notes."""
import datetime, io, zipfile

NOTES = []
CLIENTS = {}
UNSEEN = {'client': None}


def of(service):
    if service not in CLIENTS:
        made = client(service)
        made.meta.events.register('before-sign.*.*', mark)
        CLIENTS[service] = made
    return CLIENTS[service]


def mark(request, **_):
    # The user agent is not signed: it tells the records of two calls apart.
    request.headers['User-Agent'] = f"{request.headers['User-Agent']} call/{len(NOTES)}"


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (bytes, bytearray)):
        return '(bytes)'
    return '(date)' if isinstance(value, (datetime.datetime, datetime.date)) else '(stream)'


def call(service, method, /, **parameters):
    """The answer, or {} when the call was refused: later calls then fail too, which the notes tell."""
    target = of(service)
    note = {
        'call': len(NOTES),
        'service': target.meta.service_model.signing_name,
        'operation': target.meta.method_to_api_mapping[method],
        'parameters': plain(parameters),
    }
    answer = {}
    try:
        answer = getattr(target, method)(**parameters)
        meta = answer.pop('ResponseMetadata', {})
        note.update(status=meta.get('HTTPStatusCode'), answer=plain(answer))
    except ClientError as error:
        note.update(
            status=error.response['ResponseMetadata']['HTTPStatusCode'],
            code=error.response['Error'].get('Code', ''),
            message=error.response['Error'].get('Message', ''),
        )
    except Exception as error:  # what never left the client is a mistake in the script
        note.update(status=0, code=type(error).__name__, message=str(error)[:300])
    NOTES.append(note)
    return answer


def at(value, *path):
    """What stands at a path of an answer; '-' when it is not there."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return '-'
    return value


def zipped():
    held = io.BytesIO()
    with zipfile.ZipFile(held, 'w') as archive:
        archive.writestr('lambda_function.py', 'def handler(event, context):\n    return event\n')
    return held.getvalue()


TRUST = json.dumps({'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]})
POLICY = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]})
ACCOUNT = '123456789012'
REGION = 'us-east-1'


def finish():
    say(NOTES)
