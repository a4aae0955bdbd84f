"""The official Python client, called as a test says: one JSON value a line on both sides.

Usage: client.py KUBECONFIG

A line on standard input asks for one thing; any number may be under way. What is answered carries its `id`.

    {"id": 1, "call": "CoreV1Api.read_namespaced_pod", "arguments": {"name": "a", "namespace": "n"}}
    {"id": 2, "watch": "CoreV1Api.list_namespaced_pod", "arguments": {"namespace": "n"}}
    {"id": 3, "dynamic": {"api_version": "v1", "kind": "Pod"}, "call": "get", "arguments": {"namespace": "n"}}
    {"id": 4, "inform": "CoreV1Api.list_namespaced_pod", "arguments": {"namespace": "n"}}

    {"id": 1, "result": {...}}                                   ended
    {"id": 2, "item": {"type": "ADDED", "object": {...}}}        goes on: an event, or a line of a log
    {"id": 1, "error": {"type": "ApiException", ...}}            ended

In arguments {"$model": "V1DeleteOptions", "grace_period_seconds": 0} is a model of the client.
"""

import json
import logging
import sys
import threading

from kubernetes import client, config, dynamic, informer, watch

# What an informer says of its errors it also tells its handlers.
logging.disable()
api_client = config.new_client_from_config(sys.argv[1])
output_lock = threading.Lock()


def say(**message):
    with output_lock:
        print(json.dumps(message), flush=True)


def as_model(fields):
    """What a JSON object of the arguments stands for."""
    model = fields.pop("$model", None)
    return fields if model is None else getattr(client, model)(**fields)


def find_method(name):
    api, method = name.split(".")
    return getattr(getattr(client, api)(api_client), method)


def as_json(result):
    if isinstance(result, dynamic.ResourceInstance):
        return result.to_dict()
    return api_client.sanitize_for_serialization(result)


def describe_error(error):
    if isinstance(error, client.ApiException):
        body = error.body.decode() if isinstance(error.body, bytes) else error.body
        return {"type": "ApiException", "status": error.status, "reason": error.reason, "body": body}
    return {"type": type(error).__name__, "message": str(error)}


def run_watch(id, method, arguments):
    """Tells each event, then the version from which another watch would go on."""
    watcher = watch.Watch()
    for event in watcher.stream(find_method(method), **arguments):
        item = event if isinstance(event, str) else {"type": event["type"], "object": as_json(event["object"])}
        say(id=id, item=item)
    return watcher.resource_version


def run_informer(id, method, arguments):
    shared_informer = informer.SharedInformer(find_method(method), **arguments)

    def tell(event_type):
        return lambda obj: say(id=id, item={"type": event_type, "object": as_json(obj)})

    for event_type in (informer.ADDED, informer.MODIFIED, informer.DELETED):
        shared_informer.add_event_handler(event_type, tell(event_type))
    shared_informer.add_event_handler(
        informer.ERROR, lambda error: say(id=id, item={"type": "ERROR", "error": describe_error(error)})
    )
    shared_informer.start()
    # It ends with this process.
    threading.Event().wait()


def run_call(id, method, arguments):
    """Reads line by line what is asked for with `_preload_content=False`, as Airflow reads logs."""
    response = find_method(method)(**arguments)
    if arguments.get("_preload_content", True):
        return as_json(response)
    rest = b""
    for chunk in response.stream(amt=None):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            say(id=id, item=line.decode())
    return rest.decode()


def run_dynamic(resource, method, arguments):
    found = dynamic.DynamicClient(api_client).resources.get(**resource)
    return as_json(getattr(found, method)(**arguments))


def run(request):
    id = request["id"]
    arguments = request.get("arguments", {})
    try:
        if "watch" in request:
            result = run_watch(id, request["watch"], arguments)
        elif "inform" in request:
            result = run_informer(id, request["inform"], arguments)
        elif "dynamic" in request:
            result = run_dynamic(request["dynamic"], request["call"], arguments)
        else:
            result = run_call(id, request["call"], arguments)
        say(id=id, result=result)
    except Exception as error:  # Whatever it is: the test is to see it.
        say(id=id, error=describe_error(error))


for line in sys.stdin:
    request = json.loads(line, object_hook=as_model)
    threading.Thread(target=run, args=[request], daemon=True).start()
