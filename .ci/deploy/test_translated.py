"""Checks what the template promises, for each combination of its parameters, after SAM's transform."""

import json
import re
import subprocess
from graphlib import TopologicalSorter

import pytest
from translated import ROOT, defaults, evaluate, name, source, translate, variants

ALWAYS = {"Oauth", "Users", "Payments", "Psd2", "CredentialIp", "Events", "Deliver", "Setup", "Docs"}
# These are only there if bunq can send callbacks.
WITH_CALLBACKS = {"Hooks", "Worker"}
# Those that do not call the bank need no address that it knows.
OUTSIDE = {"Docs", "Events", "Deliver", "Hooks"}
# The API does not call them, so they need no alias and no gradual deployment.
UNROUTED = {"Setup", "Deliver", "Worker"}
# Names of objects are unknown in advance.
ARCHIVED = [{"Fn::Sub": "${AuditBucket.Arn}/audit/*"}, {"Fn::Sub": "${AuditBucket.Arn}/failed/*"}]
AUDIT_ROLES = {"AuditStreamRole", "AuditFilterRole"}
# Their actions support no resources, so AWS's managed policies replace a `*` of ours.
MANAGED = {"AWSXRayDaemonWriteAccess", "service-role/AWSLambdaVPCAccessExecutionRole"}


def functions_of(parameters):
    """The functions of a stack with these parameters."""
    return ALWAYS | (WITH_CALLBACKS if parameters["Callbacks"] == "true" else set())


@pytest.fixture(scope="module", params=variants(), ids=name)
def stack(request):
    translated, parameters = translate(request.param)
    return evaluate(translated, parameters), parameters, translated


@pytest.mark.parametrize(
    ("parameters", "closed"),
    [
        ({}, False),
        ({"PublicUrl": "https://tpp.example"}, False),
        ({"DisableExecuteApiEndpoint": "true"}, False),
        ({"DisableExecuteApiEndpoint": "true", "PublicUrl": "https://tpp.example"}, True),
    ],
)
def test_the_api_s_own_address_closes_only_where_another_is_named(parameters, closed):
    translated, parameters = translate(parameters)
    (api,) = of_type(evaluate(translated, parameters), "AWS::ApiGatewayV2::Api").values()
    assert api["DisableExecuteApiEndpoint"] is closed


def of_type(resources, kind):
    return {logical_id: resource["Properties"] for logical_id, resource in resources.items() if resource["Type"] == kind}


def references(node, resources):
    """The resources that a part of the template refers to."""
    if isinstance(node, list):
        return set().union(*(references(item, resources) for item in node), set())
    if not isinstance(node, dict):
        return set()
    named = set()
    for key, value in node.items():
        if key == "Ref":
            named.add(value)
        elif key == "Fn::GetAtt":
            named.add(value[0] if isinstance(value, list) else value.split(".")[0])
        elif key == "Fn::Sub":
            text, variables = (value, {}) if isinstance(value, str) else value
            named |= {found.split(".")[0] for found in re.findall(r"\$\{([^}!]+)\}", text) if found not in variables}
            named |= references(variables, resources)
        elif key == "DependsOn":
            named |= {value} if isinstance(value, str) else set(value)
        else:
            named |= references(value, resources)
    return named & set(resources)


def statements(role):
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def allowed(role):
    return [statement for statement in statements(role) if statement["Effect"] == "Allow"]


def listed(value):
    return value if isinstance(value, list) else [value]


def test_nothing_waits_for_itself(stack):
    resources, _, _ = stack
    graph = {logical_id: references(resource, resources) for logical_id, resource in resources.items()}
    list(TopologicalSorter(graph).static_order())


def test_each_function_has_one_role_of_its_own(stack):
    resources, parameters, _ = stack
    functions = of_type(resources, "AWS::Lambda::Function")
    assert set(functions) == {f"{group}Function" for group in functions_of(parameters)}
    for logical_id, function in functions.items():
        assert function["Role"] == {"Fn::GetAtt": [logical_id.replace("Function", "Role"), "Arn"]}
    roles = of_type(resources, "AWS::IAM::Role")
    assert set(roles) - {"DeploymentRole"} - AUDIT_ROLES == {f"{group}Role" for group in functions_of(parameters)}
    for group in functions_of(parameters):
        trust = roles[f"{group}Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert [statement["Principal"] for statement in trust] == [{"Service": "lambda.amazonaws.com"}]


def test_no_role_may_do_everything_or_with_everything(stack):
    resources, _, _ = stack
    for logical_id, role in of_type(resources, "AWS::IAM::Role").items():
        for statement in allowed(role) if "Policies" in role else []:
            for value in listed(statement["Action"]):
                assert "*" not in value, logical_id
            for value in listed(statement["Resource"]):
                assert isinstance(value, dict) and ("*" not in json.dumps(value) or value in ARCHIVED), logical_id
            assert "NotAction" not in statement and "NotResource" not in statement
    # SAM adds no policy outside the roles either.
    assert not of_type(resources, "AWS::IAM::Policy") and not of_type(resources, "AWS::IAM::ManagedPolicy")


def test_managed_policies_are_those_that_are_explained(stack):
    resources, parameters, _ = stack
    for logical_id, role in of_type(resources, "AWS::IAM::Role").items():
        arns = {arn["Fn::Sub"].split(":policy/")[1] for arn in role.get("ManagedPolicyArns", [])}
        if logical_id == "DeploymentRole":
            assert arns == {"service-role/AWSCodeDeployRoleForLambdaLimited"}
        elif logical_id in AUDIT_ROLES:
            assert arns == set()
        elif parameters["Egress"] == "none" or logical_id in {f"{group}Role" for group in OUTSIDE}:
            assert arns == {"AWSXRayDaemonWriteAccess"}
        else:
            assert arns == MANAGED


def test_a_function_writes_to_its_own_log_only(stack):
    resources, parameters, _ = stack
    for group in functions_of(parameters):
        role = resources[f"{group}Role"]["Properties"]
        own = {"Fn::GetAtt": [f"{group}Logs", "Arn"]}
        writes = [s for s in allowed(role) if any(a.startswith("logs:") for a in listed(s["Action"]))]
        assert [s["Resource"] for s in writes] == [own]
        # Even if a managed policy allows it.
        denied = [s for s in statements(role) if s["Effect"] == "Deny"]
        assert [s["NotResource"] for s in denied] == ([] if group == "Docs" else [own])
        logging = resources[f"{group}Function"]["Properties"]["LoggingConfig"]
        assert logging["LogGroup"] == {"Ref": f"{group}Logs"} and logging["LogFormat"] == "JSON"
    for group in of_type(resources, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_item_that_a_role_may_touch_is_named_by_its_prefix(stack):
    resources, parameters, _ = stack
    for group in functions_of(parameters):
        for statement in allowed(resources[f"{group}Role"]["Properties"]):
            actions = listed(statement["Action"])
            if not any(action.startswith("dynamodb:") for action in actions):
                continue
            if actions == ["dynamodb:Query"] and isinstance(statement["Resource"], list):
                assert all("/index/" in resource["Fn::Sub"] for resource in statement["Resource"])
                continue
            if actions == ["dynamodb:Scan"]:
                # A scan names no keys. The setup's reads sealed values only, and the keys of their items; the worker's
                # reads the states of connections.
                attributes = set(statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"])
                assert group in {"Setup", "Worker"} and statement["Condition"]["StringEquals"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
                assert not {"hash", "scopes"} & attributes
                assert group == "Setup" or attributes == {"pk", "notifications", "polled_at", "revoked_at", "listed"}
                continue
            keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert keys and not [key for key in keys if key.startswith("*")]
            # Only the keys of events are partitions with several items.
            of_events = {"Fn::GetAtt": ["EventsTable", "Arn"]}
            assert "dynamodb:Scan" not in actions and ("dynamodb:Query" not in actions or statement["Resource"] == of_events)


def test_only_the_setup_writes_secrets_and_never_the_owners_certificate(stack):
    resources, parameters, _ = stack
    for group in functions_of(parameters):
        written = set()
        for statement in allowed(resources[f"{group}Role"]["Properties"]):
            if "secretsmanager:PutSecretValue" in listed(statement["Action"]):
                written |= {resource["Ref"] for resource in listed(statement["Resource"])}
        expected = {"TppSecret", "OauthClientSecret", "SealingKeySecret", "DeliveryKeySecret", "HookKeySecret"} if group == "Setup" else set()
        if group == "Setup" and parameters["BunqEnvironment"] == "sandbox":
            expected.add("CertificateSecret")
        assert written == expected, group


def test_the_owners_key_can_be_used_through_the_two_services_only(stack):
    resources, parameters, _ = stack
    for group in functions_of(parameters) - {"Docs"}:
        uses = [s for s in allowed(resources[f"{group}Role"]["Properties"]) if any(a.startswith("kms:") for a in listed(s["Action"]))]
        assert len(uses) == (1 if parameters["KmsKeyArn"] else 0)
        assert all("kms:ViaService" in use["Condition"]["StringEquals"] for use in uses)


# The provider's data on the start page.
DOCS_KNOWS = {"BUNQ_ENVIRONMENT", "TPP_NAME", "TPP_DISPLAY_NAME", "TPP_SUPPORT_URL", "OPEN_CONSENT", "LOG_LEVEL"}


def test_docs_may_do_nothing_and_knows_nothing_but_whose_it_is(stack):
    resources, _, _ = stack
    actions = {action for s in allowed(resources["DocsRole"]["Properties"]) for action in listed(s["Action"])}
    assert actions == {"logs:CreateLogStream", "logs:PutLogEvents"}
    function = resources["DocsFunction"]["Properties"]
    assert set(function["Environment"]["Variables"]) == DOCS_KNOWS and "VpcConfig" not in function


def test_the_environment_is_what_the_configuration_reads():
    translated, parameters = translate({})
    config = "".join(path.read_text() for path in (ROOT / "shared/src/config").glob("*.rs"))
    # Lambda itself sets the variables of AWS. Their endpoints are set on other machines only.
    read = {name for name in re.findall(r'"([A-Z][A-Z0-9_]{4,})"', config) if not name.startswith("AWS_")}
    variables = evaluate(translated, parameters)["UsersFunction"]["Properties"]["Environment"]["Variables"]
    overridable = set(source()["Resources"]["UsersFunction"]["Properties"]["Environment"]["Variables"])
    assert read - overridable == set(), "a variable that the template does not give"
    assert overridable - read == {"AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "AWS_ENDPOINT_URL"}
    assert "AWS_ENDPOINT_URL" not in variables and "BUNQ_API_URL" not in variables


def test_functions_leave_as_they_are_told(stack):
    resources, parameters, _ = stack
    assert not any("VpcConfig" in resources[f"{group}Function"]["Properties"] for group in OUTSIDE & functions_of(parameters))
    for group in functions_of(parameters) - OUTSIDE:
        vpc = resources[f"{group}Function"]["Properties"].get("VpcConfig")
        match parameters["Egress"]:
            case "none":
                assert vpc is None
            case "nat":
                assert vpc["SubnetIds"] == [{"Ref": "PrivateSubnetA"}, {"Ref": "PrivateSubnetB"}]
            case "existing":
                assert vpc["SubnetIds"] == {"Fn::Split": [",", {"Ref": "SubnetIds"}]}
    assert ("NatGateway" in resources) == (parameters["Egress"] == "nat")


def test_only_gradual_deployments_have_deployments(stack):
    resources, parameters, _ = stack
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    gradual = parameters["GradualDeployment"] == "true"
    assert set(groups) == ({f"{group}FunctionDeploymentGroup" for group in functions_of(parameters) - UNROUTED} if gradual else set())
    assert ("DeploymentRole" in resources) == gradual
    for group in groups.values():
        assert group["AlarmConfiguration"]["Alarms"] and group["AutoRollbackConfiguration"]["Enabled"]
    # The API calls the alias, gradual or not.
    assert len(of_type(resources, "AWS::Lambda::Alias")) == len(functions_of(parameters) - UNROUTED)


def test_what_must_not_be_lost_outlives_the_stack(stack):
    resources, _, _ = stack
    table = resources["ConnectionsTable"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    for logical_id in of_type(resources, "AWS::SecretsManager::Secret"):
        assert resources[logical_id]["DeletionPolicy"] == "RetainExceptOnCreate"
    for logical_id in set(of_type(resources, "AWS::Logs::LogGroup")) | set(of_type(resources, "AWS::S3::Bucket")):
        policies = resources[logical_id]["DeletionPolicy"], resources[logical_id]["UpdateReplacePolicy"]
        assert policies == ("RetainExceptOnCreate", "Retain"), logical_id


def test_the_archive_gets_the_audit_lines_of_every_function_that_writes_some(stack):
    resources, parameters, _ = stack
    filters = of_type(resources, "AWS::Logs::SubscriptionFilter")
    if parameters["AuditArchive"] == "false":
        assert not filters and not of_type(resources, "AWS::S3::Bucket") and not of_type(resources, "AWS::KinesisFirehose::DeliveryStream")
        return
    # These have no audit lines, since nobody asks them for anything.
    assert {one["LogGroupName"]["Ref"] for one in filters.values()} == {f"{group}Logs" for group in ALWAYS - {"Docs", "Deliver"} | {"Worker"}}
    assert {one["FilterPattern"] for one in filters.values()} == {'{ $.target = "audit" }'}


def test_callbacks_come_with_everything_or_with_nothing(stack):
    resources, parameters, _ = stack
    queues = of_type(resources, "AWS::SQS::Queue")
    sources = of_type(resources, "AWS::Lambda::EventSourceMapping")
    routes = [route for route in of_type(resources, "AWS::ApiGatewayV2::Route").values() if "/hooks/" in route["RouteKey"]]
    variables = resources["UsersFunction"]["Properties"]["Environment"]["Variables"]
    if parameters["Callbacks"] == "false":
        assert not queues and not sources and not routes and "HINTS_QUEUE" not in variables
        assert not of_type(resources, "AWS::SQS::QueuePolicy")
        return
    hints, dead = queues["HintsQueue"], queues["HintsDeadLetterQueue"]
    assert all(queue["FifoQueue"] is True and queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    kept = [queue["MessageRetentionPeriod"] for queue in (hints, dead)]
    assert (hints["DelaySeconds"], kept) == (2, [14 * 86_400] * 2)
    assert hints["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": ["HintsDeadLetterQueue", "Arn"]}, "maxReceiveCount": 10}
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    assert hints["VisibilityTimeout"] >= 6 * resources["WorkerFunction"]["Properties"].get("Timeout", 29)
    (source,) = sources.values()
    assert source["EventSourceArn"] == {"Fn::GetAtt": ["HintsQueue", "Arn"]} and source["BatchSize"] == 10
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] and source["ScalingConfig"] == {"MaximumConcurrency": 2}
    (policy,) = of_type(resources, "AWS::SQS::QueuePolicy").values()
    assert policy["Queues"] == [{"Ref": "HintsQueue"}, {"Ref": "HintsDeadLetterQueue"}]
    (only_tls,) = policy["PolicyDocument"]["Statement"]
    assert (only_tls["Effect"], only_tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert [route["RouteKey"] for route in routes] == ["POST /hooks/bunq/{callback_token}"]
    # The door that anybody can knock at.
    actions = {action for s in allowed(resources["HooksRole"]["Properties"]) for action in listed(s["Action"])}
    actions = {action for action in actions if not action.startswith(("logs:", "kms:"))}
    assert actions == {"secretsmanager:GetSecretValue", "sqs:SendMessage"}


@pytest.mark.parametrize(
    ("choice", "bus"),
    [
        ("none", None),
        ("own", {"Fn::GetAtt": ["OwnEventBus", "Arn"]}),
        ("arn:aws:events:eu-central-1:123456789012:event-bus/other", {"Ref": "EventBus"}),
    ],
)
def test_only_deliver_sends_to_the_event_bus_and_to_no_other(choice, bus):
    translated, parameters = translate({"EventBus": choice})
    resources = evaluate(translated, parameters)
    assert re.fullmatch(source()["Parameters"]["EventBus"]["AllowedPattern"], choice)
    made = [*of_type(resources, "AWS::Events::EventBus"), *of_type(resources, "AWS::Events::Archive")]
    assert made == (["OwnEventBus", "OwnEventBusArchive"] if choice == "own" else [])
    if made:
        archive = resources["OwnEventBusArchive"]["Properties"]
        assert (archive["SourceArn"], archive["RetentionDays"]) == (bus, 7)
    for group in functions_of(parameters):
        function, role = (resources[f"{group}{kind}"]["Properties"] for kind in ("Function", "Role"))
        assert function["Environment"]["Variables"].get("EVENT_BUS") == (None if group == "Docs" else bus)
        sends = [s for s in allowed(role) if any(action.startswith("events:") for action in listed(s["Action"]))]
        expected = [{"Sid": "SendToEventBus", "Effect": "Allow", "Action": ["events:PutEvents"], "Resource": bus}]
        assert sends == (expected if bus and group == "Deliver" else [])


def test_nobody_changes_what_is_archived(stack):
    resources, parameters, _ = stack
    if parameters["AuditArchive"] == "false":
        return
    bucket = resources["AuditBucket"]["Properties"]
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    sandbox = parameters["BunqEnvironment"] == "sandbox"
    assert bucket["ObjectLockEnabled"] is True and retention == {"Mode": "GOVERNANCE" if sandbox else "COMPLIANCE", "Years": 5}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    encryption = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    assert encryption["SSEAlgorithm"] == ("aws:kms" if parameters["KmsKeyArn"] else "AES256")
    expiry = next(rule for rule in bucket["LifecycleConfiguration"]["Rules"] if rule["Id"] == "expire")
    assert expiry["ExpirationInDays"] > 5 * 365.25
    denied = {s["Sid"]: s for s in resources["AuditBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]}
    assert {s["Effect"] for s in denied.values()} == {"Deny"}
    assert denied["OnlyOverTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied["OnlyFirehoseWrites"]["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["AuditStreamRole", "Arn"]}}}
    # No role of the stack may read or delete its content.
    actions = {action for role in of_type(resources, "AWS::IAM::Role").values() if "Policies" in role for s in allowed(role) for action in listed(s["Action"])}
    assert {action for action in actions if action.startswith("s3:")} == {
        "s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject"
    }


def test_the_access_log_holds_no_path_no_query_and_nobody(stack):
    resources, _, _ = stack
    form = resources["Stage"]["Properties"]["AccessLogSettings"]["Format"]
    assert set(json.loads(form)) >= {"requestId", "routeKey", "status", "responseLatency", "integrationErrorMessage"}
    for name in ["path", "identity", "queryString", "authorizer"]:
        assert f"$context.{name}" not in form


def test_the_setup_is_for_iam_only(stack):
    resources, _, _ = stack
    routes = of_type(resources, "AWS::ApiGatewayV2::Route").values()
    assert [route["RouteKey"] for route in routes if route["AuthorizationType"] != "NONE"] == ["POST /setup"]
    assert [route["AuthorizationType"] for route in routes if route["RouteKey"] == "POST /setup"] == ["AWS_IAM"]


def test_every_alarm_tells_somebody(stack):
    resources, parameters, _ = stack
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    of_callbacks = 6 if parameters["Callbacks"] == "true" else 0
    assert len(alarms) == (24 if parameters["AuditArchive"] == "true" else 23) + of_callbacks
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] and "OPERATIONS.md" in alarm["AlarmDescription"]
    assert ("AlarmSubscription" in resources) == bool(parameters["AlarmEmail"])
    # Each run of the schedule writes these metrics, so their absence means that it does not run.
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {"WebhooksOverdueAlarm", "WebhooksStuckAlarm"}


def test_a_run_of_a_schedule_is_not_repeated(stack):
    resources, parameters, _ = stack
    scheduled = {"DeliverFunction"} | ({"WorkerFunction"} if parameters["Callbacks"] == "true" else set())
    configs = of_type(resources, "AWS::Lambda::EventInvokeConfig").values()
    assert {config["FunctionName"]["Ref"] for config in configs} == scheduled and len(configs) == len(scheduled)
    assert all(config["MaximumRetryAttempts"] == 0 for config in configs)
    rules = of_type(resources, "AWS::Events::Rule").values()
    retries = [target["RetryPolicy"]["MaximumRetryAttempts"] for rule in rules for target in rule["Targets"] if "RetryPolicy" in target]
    # The worker has two: one looks each minute, the other, each quarter of an hour, for what no callback has reported.
    assert retries == [0] * (3 if parameters["Callbacks"] == "true" else 1)


def test_the_dashboard_is_json_and_names_what_is_there(stack):
    resources, _, _ = stack
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert len(json.loads(body)["widgets"]) > 9
    assert {found for found in re.findall(r"\$\{([A-Za-z0-9]+)\}", body)} <= set(resources)


@pytest.mark.parametrize("gradual", ["false", "true"])
def test_cfn_lint_finds_nothing_in_what_cloudformation_sees(gradual, tmp_path):
    # The linter checks every outcome of the conditions; only this parameter changes SAM's output.
    translated, _ = translate({"GradualDeployment": gradual})
    path = tmp_path / "translated.json"
    path.write_text(json.dumps(translated))
    # The first two as in the template; SAM expands GradualDeploymentType, so nothing refers to it afterwards. SAM also
    # copies the environment of all functions, with its conditions, to those that exist under one of them only (W1028).
    ignored = ["W1001", "W1028", "W1033", "W2001"]
    found = subprocess.run(["cfn-lint", "--ignore-checks", *ignored, "--", str(path)], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_every_parameter_is_used():
    template = source()
    text = json.dumps({key: value for key, value in template.items() if key not in ("Parameters", "Metadata")})
    used = set(re.findall(r'"Ref": "(\w+)"', text)) | set(re.findall(r"\$\{(\w+)\}", text))
    assert set(defaults(template)) <= used
