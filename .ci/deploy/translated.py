"""The template as CloudFormation sees it: after SAM's transform, with some parameters."""

import json
import pathlib
from itertools import product

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = pathlib.Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"

# Every choice that changes the set of resources, or the permissions of a role.
CHOICES = {
    "Egress": [{}, {"Egress": "nat"}, {"Egress": "existing", "SubnetIds": "subnet-0a1b2c3d", "SecurityGroupIds": "sg-0a1b2c3d"}],
    "GradualDeployment": [{}, {"GradualDeployment": "true"}],
    "BunqEnvironment": [{}, {"BunqEnvironment": "production", "AlarmEmail": "duty@example.org"}],
    "Callbacks": [{}, {"Callbacks": "true"}],
    "AuditArchive": [{}, {"AuditArchive": "true"}],
    "KmsKeyArn": [{}, {"KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d"}],
}


def variants():
    """Sets of parameters, one for each combination of choices."""
    return [{name: value for choice in chosen for name, value in choice.items()} for chosen in product(*CHOICES.values())]


def name(variant):
    """The name of a variant in a test's name."""
    return "-".join(variant.get(choice, "default").split(":")[0] for choice in CHOICES)


def source():
    """The template as it is written."""
    return yaml_parse(TEMPLATE.read_text())


def defaults(template):
    return {name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()}


def translate(parameters):
    """The template after SAM's transform, and all parameters."""
    template = source()
    parameters = defaults(template) | parameters
    # `sam deploy` puts the built code there.
    template["Globals"]["Function"]["CodeUri"] = "s3://code/bootstrap.zip"
    translated = Translator({}, Parser()).translate(template, parameters)
    # As plain dictionaries, which some libraries require.
    return json.loads(json.dumps(translated)), parameters


def evaluate(translated, parameters):
    """The template with its conditions evaluated; other references are kept."""

    def decide(condition):
        (operator, operands), = condition.items()
        match operator:
            case "Condition":
                return decide(translated["Conditions"][operands])
            case "Fn::And":
                return all(map(decide, operands))
            case "Fn::Not":
                return not decide(operands[0])
            case "Fn::Equals":
                left, right = ({"Ref": None} | operand if isinstance(operand, dict) else operand for operand in operands)
                value = lambda operand: parameters[operand["Ref"]] if isinstance(operand, dict) else operand
                return value(left) == value(right)
        raise ValueError(operator)

    conditions = {name: decide(condition) for name, condition in translated["Conditions"].items()}
    nothing = object()

    def walk(node):
        if isinstance(node, dict):
            if node == {"Ref": "AWS::NoValue"}:
                return nothing
            if list(node) == ["Fn::If"]:
                condition, then, otherwise = node["Fn::If"]
                return walk(then if conditions[condition] else otherwise)
            walked = {key: walk(value) for key, value in node.items()}
            return {key: value for key, value in walked.items() if value is not nothing}
        if isinstance(node, list):
            return [value for value in map(walk, node) if value is not nothing]
        return node

    resources = translated["Resources"]
    return {
        logical_id: walk(resource)
        for logical_id, resource in resources.items()
        if conditions.get(resource.get("Condition"), True)
    }
