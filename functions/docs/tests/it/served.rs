//! Every path that this group answers with a file, and its content type. The tests in `local/testkit/tests/it/docs` use
//! the list, too.

pub(crate) const FILES: [(&str, &str); 10] = [
    ("/", "text/html; charset=utf-8"),
    ("/docs", "text/html; charset=utf-8"),
    ("/openapi.json", "application/json"),
    ("/assets/docs.css", "text/css; charset=utf-8"),
    ("/assets/docs.js", "text/javascript; charset=utf-8"),
    ("/assets/icon.svg", "image/svg+xml"),
    ("/assets/style.css", "text/css; charset=utf-8"),
    ("/assets/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("/assets/swagger-ui-license.txt", "text/plain; charset=utf-8"),
    ("/assets/swagger-ui.css", "text/css; charset=utf-8"),
];
