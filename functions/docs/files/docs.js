// Starts Swagger UI on the description that lies beside this page.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

// Requests go to where this page is, also below the stage of a REST API.
const servers = [{ url: new URL(".", window.location.href).href }];
const sendToHere = () => ({
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (update) => (description) => update({ ...description, servers }) } },
  },
});

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  plugins: [sendToHere],
  // The key is forgotten with the page.
  persistAuthorization: false,
  // The description is shown to nobody else.
  validatorUrl: null,
});
