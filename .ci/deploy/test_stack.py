"""Creates the stack in moto's CloudFormation, which supports many of AWS's resources, and checks the result."""

import ast
import io
import ipaddress
import json
import os
import zipfile

import boto3
import pytest
from moto import mock_aws
from translated import evaluate, translate

# Ignored by moto: only cfn-lint and SAM's own schema check these.
UNKNOWN_TO_MOTO = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::SecretsManager::Secret",
}
ALSO_UNKNOWN = {
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Logs::LogStream",
    "AWS::Logs::SubscriptionFilter",
    "AWS::S3::BucketPolicy",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::SNS::Subscription",
}
NAME = "bunq-tpp"


@pytest.fixture(scope="module", params=[{}, {"Egress": "nat", "AuditArchive": "true", "GradualDeployment": "true", "BunqEnvironment": "production", "AlarmEmail": "duty@example.org"}], ids=["small", "large"])
def stack(request):
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="eu-central-1")
    with mock_aws():
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("bootstrap", "")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket="code", Key="bootstrap.zip", Body=code.getvalue())
        translated, parameters = translate(request.param)
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(
            StackName=NAME,
            TemplateBody=for_moto(translated, parameters),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=NAME)
        made = {item["LogicalResourceId"]: item for page in pages for item in page["StackResourceSummaries"]}
        yield made, evaluate(translated, parameters), request.param


def for_moto(translated, parameters):
    """Removes what moto does not support: evaluates conditions and !Cidr, and gives a permission for an alias the
    function."""

    def walk(node):
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        # moto's CloudFormation does not support Firehose.
        if node == {"Fn::GetAtt": ["AuditStream", "Arn"]}:
            return "arn:aws:firehose:eu-central-1:123456789012:deliverystream/audit"
        if node.get("Ref") in aliases:
            return aliases[node["Ref"]]
        match node.get("Fn::Select"):
            case [index, {"Fn::Cidr": [_, _, bits]}]:
                subnets = ipaddress.ip_network(parameters["VpcCidr"]).subnets(new_prefix=32 - int(bits))
                return str(list(subnets)[int(index)])
        return {key: walk(value) for key, value in node.items()}

    resources = evaluate(translated, parameters)
    aliases = {key: item["Properties"]["FunctionName"] for key, item in resources.items() if item["Type"] == "AWS::Lambda::Alias"}
    outputs = {key: item for key, item in translated["Outputs"].items() if "Condition" not in item}
    return json.dumps(translated | {"Resources": walk(resources), "Outputs": outputs})


def test_everything_that_moto_knows_is_made(stack):
    made, resources, parameters = stack
    missing = {resource["Type"] for logical_id, resource in resources.items() if logical_id not in made}
    assert missing == UNKNOWN_TO_MOTO | (ALSO_UNKNOWN if parameters else set())


@pytest.mark.parametrize("name", ["ConnectionsTable", "EphemeraTable", "EventsTable"])
def test_tables_have_the_keys_and_indexes_of_the_code(stack, name):
    made, resources, _ = stack
    table = boto3.client("dynamodb").describe_table(TableName=made[name]["PhysicalResourceId"])["Table"]
    sort_key = [{"AttributeName": "sk", "KeyType": "RANGE"}] if name == "EventsTable" else []
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}, *sort_key]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    indexes = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or []}
    expected = {
        "ConnectionsTable": {"connections_by_time": ["listed", "connected_at"], "connections_by_reference": ["reference", "connected_at"]},
        "EphemeraTable": {"consents_by_time": ["listed", "listed_at"], "consents_by_reference": ["listed_reference", "listed_at"]},
        "EventsTable": {},
    }[name]
    assert set(indexes) == set(expected)
    for index, attributes in expected.items():
        assert [key["AttributeName"] for key in indexes[index]["KeySchema"]] == attributes
        assert indexes[index]["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_aws_takes_what_moto_passes_over_in_the_tables(stack):
    made, resources, _ = stack
    dynamodb = boto3.client("dynamodb")
    connections = made["ConnectionsTable"]["PhysicalResourceId"]
    # As CloudFormation would request them, with the names of the real API.
    for table in ("EphemeraTable", "EventsTable"):
        specification = resources[table]["Properties"]["TimeToLiveSpecification"]
        dynamodb.update_time_to_live(TableName=made[table]["PhysicalResourceId"], TimeToLiveSpecification=specification)
    recovery = resources["ConnectionsTable"]["Properties"]["PointInTimeRecoverySpecification"]
    dynamodb.update_continuous_backups(TableName=connections, PointInTimeRecoverySpecification=recovery)

    backups = dynamodb.describe_continuous_backups(TableName=connections)["ContinuousBackupsDescription"]
    for table in ("EphemeraTable", "EventsTable"):
        lifetime = dynamodb.describe_time_to_live(TableName=made[table]["PhysicalResourceId"])["TimeToLiveDescription"]
        assert lifetime == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_secrets_are_made_empty_and_take_a_value(stack):
    _, resources, _ = stack
    manager = boto3.client("secretsmanager")
    secrets = [resource["Properties"] for resource in resources.values() if resource["Type"] == "AWS::SecretsManager::Secret"]
    names = [secret["Name"]["Fn::Sub"].replace("${AWS::StackName}", NAME) for secret in secrets]
    assert sorted(names) == [f"{NAME}/{name}" for name in ("delivery-key", "hook-key", "oauth-client", "psd2-certificate", "sealing-key", "tpp")]
    assert not any("SecretString" in secret or "GenerateSecretString" in secret for secret in secrets)
    for name in names:
        manager.create_secret(Name=name)
        with pytest.raises(manager.exceptions.ResourceNotFoundException):
            manager.get_secret_value(SecretId=name)
        manager.put_secret_value(SecretId=name, SecretString="{}")
        assert manager.get_secret_value(SecretId=name)["SecretString"] == "{}"


def test_functions_are_told_where_everything_is(stack):
    made, resources, parameters = stack
    aws_lambda = boto3.client("lambda")
    for logical_id, resource in resources.items():
        if resource["Type"] != "AWS::Lambda::Function" or logical_id == "DocsFunction":
            continue
        function = aws_lambda.get_function_configuration(FunctionName=made[logical_id]["PhysicalResourceId"])
        variables = function["Environment"]["Variables"]
        assert variables["SECRET_PREFIX"] == NAME
        assert variables["CONNECTIONS_TABLE"] == made["ConnectionsTable"]["PhysicalResourceId"]
        assert variables["EPHEMERA_TABLE"] == made["EphemeraTable"]["PhysicalResourceId"]
        assert variables["EVENTS_TABLE"] == made["EventsTable"]["PhysicalResourceId"]
        assert variables["PUBLIC_URL"].startswith("https://") and variables["PUBLIC_URL"].endswith(".execute-api.eu-central-1.amazonaws.com")
        assert function["Runtime"] == "provided.al2023" and function["Timeout"] == (60 if logical_id in {"SetupFunction", "DeliverFunction"} else 29)
        if "Egress" in parameters:
            address = boto3.client("ec2").describe_addresses()["Addresses"][0]["PublicIp"]
            assert variables["PERMITTED_IPS"] == address


def test_roles_may_touch_the_tables_that_were_made(stack):
    made, resources, _ = stack
    iam = boto3.client("iam")
    arn = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{made['ConnectionsTable']['PhysicalResourceId']}"
    policy = iam.get_role_policy(RoleName=made["UsersRole"]["PhysicalResourceId"], PolicyName="users")["PolicyDocument"]
    # moto keeps it as Python writes it.
    touched = [s.get("Resource") for s in ast.literal_eval(policy)["Statement"]]
    assert arn in touched and [f"{arn}/index/{index}" for index in ("connections_by_time", "connections_by_reference")] in touched
