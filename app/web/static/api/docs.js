// Opens the API's description in Swagger UI; the policy of every page forbids its usual inline script.
const box = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: box.dataset.document,
  domNode: box,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
