"""`sam local` knows the API and the functions. It needs Docker to run them, but not to read them."""

import os

import pytest
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
            written.add((resource["Properties"]["RouteKey"], f"{group}Function"))
    assert mounted == written and len(written) > 30


def test_sam_build_knows_how_each_function_is_made(stacks):
    functions = {function.name: function for function in SamFunctionProvider(stacks).get_all()}
    assert len(functions) == 7
    for name, function in functions.items():
        assert function.metadata["BuildMethod"] == "rust-cargolambda"
        binary = function.metadata["BuildProperties"]["Binary"]
        assert binary.replace("-", "") == name.removesuffix("Function").lower()
        manifest = (TEMPLATE.parent / "functions" / binary / "Cargo.toml").read_text()
        assert f'name = "{binary}"' in manifest
