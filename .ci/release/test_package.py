"""The package of a release: `sam deploy` finds a built function for each of the template's."""

import io
import subprocess
import zipfile

import package
import pytest
from samcli.yamlhelper import yaml_parse

FUNCTIONS = sorted(path.parent.name for path in (package.ROOT / "functions").glob("*/Cargo.toml"))


@pytest.fixture(params=["arm64", "x86_64"])
def unpacked(request, tmp_path):
    """A package of functions that are their own names, unpacked."""
    for name in FUNCTIONS:
        (tmp_path / "built" / name).mkdir(parents=True)
        (tmp_path / "built" / name / "bootstrap").write_text(name)
    path = package.package(request.param, tmp_path / "built", tmp_path / "release")
    again = package.package(request.param, tmp_path / "built", tmp_path / "again")
    assert path.read_bytes() == again.read_bytes(), "the same files give the same package"
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "unpacked")
    (folder,) = (tmp_path / "unpacked").iterdir()
    assert folder.name == f"bunq-tpp-{package.version()}-{request.param}"
    return request.param, folder


def test_each_function_names_its_own_archive(unpacked):
    architecture, folder = unpacked
    template = yaml_parse((folder / "template.yaml").read_text())
    functions = [one for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    assert len(functions) == len(FUNCTIONS)
    assert "CodeUri" not in template["Globals"]["Function"]
    source = yaml_parse((package.ROOT / "template.yaml").read_text())["Resources"]
    seen = []
    for name, function in template["Resources"].items():
        if function["Type"] != "AWS::Serverless::Function":
            continue
        assert not {"BuildMethod", "BuildProperties"} & function.get("Metadata", {}).keys()
        archive = zipfile.ZipFile(io.BytesIO((folder / function["Properties"]["CodeUri"]).read_bytes()))
        (entry,) = archive.infolist()
        assert entry.filename == "bootstrap"
        assert entry.external_attr >> 16 & 0o777 == 0o755, "Lambda runs it"
        seen.append(archive.read("bootstrap").decode())
        assert seen[-1] == source[name]["Metadata"]["BuildProperties"]["Binary"]
    assert sorted(seen) == FUNCTIONS
    assert template["Parameters"]["Architecture"]["AllowedValues"] == [architecture]
    assert template["Parameters"]["Architecture"]["Default"] == architecture


def test_nothing_but_the_code_differs_from_the_template(unpacked):
    _, folder = unpacked
    packaged = yaml_parse((folder / "template.yaml").read_text())
    source = yaml_parse((package.ROOT / "template.yaml").read_text())
    for template in (packaged, source):
        template["Globals"]["Function"].pop("CodeUri", None)
        template["Parameters"].pop("Architecture")
        for one in template["Resources"].values():
            if one["Type"] == "AWS::Serverless::Function":
                one["Properties"].pop("CodeUri", None)
                for key in ("BuildMethod", "BuildProperties"):
                    one["Metadata"].pop(key, None)
    assert packaged == source


def test_sam_accepts_the_template(unpacked):
    _, folder = unpacked
    done = subprocess.run(["sam", "validate", "--lint", "--template-file", "template.yaml"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_notes_are_the_section_of_the_version():
    notes = package.notes(package.version())
    assert "### Added" in notes and "## Unreleased" not in notes
    with pytest.raises(SystemExit):
        package.notes("999.0.0")


def test_a_tag_of_another_version_is_refused(tmp_path):
    command = [package.ROOT / ".ci/release/finish", "v999.0.0", tmp_path, tmp_path / "notes.md"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "the tag is v999.0.0" in done.stderr
    assert not (tmp_path / "notes.md").exists()


