"""``/schema``: the description as a document, and as pages whose scripts and styles come from this server alone."""

from __future__ import annotations

from importlib.resources import files

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from credcore.errors import NotFound

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>credcore API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/schema/assets/swagger-ui.css">
</head>
<body>
<main id="description"><p>Loading the description of the API. It needs JavaScript; the
<a href="/schema/openapi.json">document itself</a> does not.</p></main>
<script src="/schema/assets/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({url: "/schema/openapi.json", dom_id: "#description", deepLinking: true, validatorUrl: null});
</script>
</body>
</html>
"""


def page_handlers(description: dict[str, object]) -> list[HTTPRouteHandler]:
    """Handlers for the document, the page, and what the page loads."""
    encoded = msgspec.json.encode(description)

    @get("/schema/openapi.json", sync_to_thread=False)
    def openapi_json() -> Response[bytes]:
        return Response(encoded, media_type="application/json")

    @get("/schema", sync_to_thread=False)
    def page() -> Response[str]:
        return Response(PAGE, media_type="text/html")

    @get("/schema/assets/{name:str}", sync_to_thread=False)
    def asset(name: FromPath[str]) -> Response[bytes]:
        if name not in ASSETS:
            raise NotFound("asset")
        content = files("litestar_offline_docs").joinpath("static", name).read_bytes()
        return Response(content, media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})

    return [openapi_json, page, asset]
