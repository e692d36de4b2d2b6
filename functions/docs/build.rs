//! Gathers every file that the function serves: each one plain and compressed, and named by its content. So the
//! function has nothing left to prepare when a request arrives.

use std::{
    env,
    error::Error,
    fs,
    io::{Cursor, Read as _, Write as _, stdout},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// This project's own files.
const OWN: &[&str] = &["docs.css", "docs.html", "docs.js", "icon.svg", "style.css"];
/// The files of Swagger UI: the name in the archive, below the archive's one folder, and the name that we serve.
const SWAGGER_UI: &[(&str, &str)] = &[
    ("dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("dist/swagger-ui.css", "swagger-ui.css"),
    ("LICENSE", "swagger-ui-license.txt"),
];
/// The document is generated from the routes; a test compares it with them.
const DOCUMENT: &str = "../../docs/openapi.json";

#[expect(clippy::disallowed_methods, reason = "cargo names the folder in the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names the folder")?);
    for name in OWN {
        write(&out, name, &read(&format!("files/{name}"))?)?;
    }
    write(&out, "openapi.json", &read(DOCUMENT)?)?;

    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let names: Vec<_> = archive.file_names().map(|name| name.map(String::from)).collect::<Result<_, _>>()?;
    for (path, name) in SWAGGER_UI {
        let whole = names.iter().find(|whole| whole.split_once('/').is_some_and(|(_, inside)| inside == *path));
        let mut content = Vec::new();
        archive.by_name(whole.ok_or_else(|| format!("Swagger UI has no {path}"))?)?.read_to_end(&mut content)?;
        write(&out, name, &content)?;
    }
    writeln!(stdout(), "cargo::rerun-if-changed=build.rs")?;
    Ok(())
}

fn read(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    writeln!(stdout(), "cargo::rerun-if-changed={path}")?;
    fs::read(path).map_err(|error| format!("{path}: {error}").into())
}

/// The file and its compressed form, each with its entity tag (RFC 9110 section 8.8.3) beside it.
fn write(out: &Path, name: &str, content: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    for (name, content) in [(name.to_owned(), content), (format!("{name}.gz"), &encoder.finish()?)] {
        let hash: String = Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        fs::write(out.join(&name), content)?;
        fs::write(out.join(format!("{name}.etag")), format!("\"{hash}\""))?;
    }
    Ok(())
}
