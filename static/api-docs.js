/* The list of operations, drawn from our own schema. */
"use strict";

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  // Its <main> lies within ours; a page has one.
  onComplete: () => place.querySelector("main").setAttribute("role", "group"),
});
