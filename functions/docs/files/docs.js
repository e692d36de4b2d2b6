// Starts Swagger UI on the description that lies beside this page.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  // The key is forgotten with the page.
  persistAuthorization: false,
  // The description is shown to nobody else.
  validatorUrl: null,
});
