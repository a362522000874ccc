"""The OpenAPI document that the dashboard's types are generated from is the application's."""

import json
from pathlib import Path

from hub.app import create_app

DOCUMENT = Path(__file__).resolve().parents[2] / "hub/dashboard/openapi.json"


def test_the_dashboards_document_is_the_applications() -> None:
    app = create_app().openapi()
    assert json.loads(DOCUMENT.read_text()) == app, "the API has changed; run: make openapi"


def test_errors_are_problem_documents_and_live_messages_are_described() -> None:
    document = create_app().openapi()
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    assert {"LiveMessage", "LiveHello", "LiveViolation", "Problem", "Booth"} <= schemas.keys()
    assert {"HubSignal", "SignalWelcome", "BrowserSignal", "SignalOffer"} <= schemas.keys()
    assert schemas["SignalOffer"]["required"] == ["type", "sdp"], "what a browser may leave out stays so"
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"], path


def test_every_reference_leads_somewhere() -> None:
    document = create_app().openapi()
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert names <= document["components"]["schemas"].keys()
