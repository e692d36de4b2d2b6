"""`sam local` knows the API and the functions. It needs Docker to run them, but not to read them."""

import os
import tomllib
from types import SimpleNamespace

import pytest
from aws_lambda_builders.workflow import BuildMode
from aws_lambda_builders.workflows.rust_cargo.actions import RustCargoLambdaBuildAction
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from translated import TEMPLATE, source


@pytest.fixture(scope="module")
def stacks():
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    return SamLocalStackProvider.get_stacks(str(TEMPLATE))[0]


def test_sam_local_mounts_every_route(stacks):
    mounted = {(f"{method} {route.path}", route.function_name) for route in ApiProvider(stacks).api.routes for method in route.methods}
    resources = source()["Resources"]
    written = set()
    for resource in resources.values():
        if resource["Type"] == "AWS::ApiGatewayV2::Route":
            group = resource["Properties"]["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("Integration}")
            # SAM's form of the default route.
            key = resource["Properties"]["RouteKey"].replace("$default", "X-AMAZON-APIGATEWAY-ANY-METHOD $default")
            written.add((key, f"{group}Function"))
    assert mounted == written and len(written) > 30


def test_sam_build_knows_how_each_function_is_made(stacks):
    functions = {function.name: function for function in SamFunctionProvider(stacks).get_all()}
    assert len(functions) == 11
    for name, function in functions.items():
        assert function.metadata["BuildMethod"] == "rust-cargolambda"
        binary = function.metadata["BuildProperties"]["Binary"]
        assert binary.replace("-", "") == name.removesuffix("Function").lower()
        manifest = (TEMPLATE.parent / "functions" / binary / "Cargo.toml").read_text()
        assert f'name = "{binary}"' in manifest


def test_one_command_builds_all_functions_with_the_options_of_sam_build(stacks):
    alias = tomllib.loads((TEMPLATE.parent / ".cargo" / "config.toml").read_text())["alias"]["functions"]
    binaries = [function.metadata["BuildProperties"]["Binary"] for function in SamFunctionProvider(stacks).get_all()]
    # SAM's configuration of one function, without the architecture.
    cargo = SimpleNamespace(binary_path="cargo")
    one = RustCargoLambdaBuildAction("", {"cargo": cargo}, BuildMode.RELEASE, None, handler="docs").build_command()
    assert one == ["cargo", *alias[:3], "--bin", "docs"]
    assert alias[3:] == [word for binary in sorted(binaries) for word in ("--bin", binary)]
