"""`/api/v1/customers` and `/api/v1/consents`: what is known of a customer, and what they agreed to."""

from flask import jsonify

from app.domain.sensitive import SCOPES
from app.reads import records
from app.usecases import customer_records, separate_consents
from app.usecases.customer_records import ConsentRefused, Grant
from app.usecases.partners import PartnerRefused
from app.usecases.separate_consents import ConsentOutdated, Told
from app.web.api import calls
from app.web.api.answers import CustomerAnswer
from app.web.api.bodies import ConsentBody, CustomerBody, PhonePath
from app.web.api.problems import Answer, Refusal, described
from app.web.api.room import api

CONTRADICTIONS = {
    "stopped": "this person has sent STOP to all texts; only a text of their own can lift that",
    "opted_out": "this person has opted out: only a text of their own undoes that, or a sign-up of their own since, "
    "whose source is web_form, store, paper, phone_call or purchase",
    "withdrawn_later": "this person has opted out after that moment",
    "sensitive_consent_missing": "an attribute is sensitive (health, children, location or finance), and there is no "
    "separate consent to that class: record it under /consents first",
    "consent_known_later": "something that was said later is known already",
}

PARTNERS = {
    "partner_needed": "partner: is needed where the source is a partner",
    "unknown_partner": "partner: the brand has no agreement with a partner of this name",
    "brand_unnamed": "wording: consent by a partner has to name the brand",
    "agreement_ended": "partner: the agreement with this partner has expired",
}


@api.get(
    "/customers/<phone>",
    responses={200: CustomerAnswer, **described(401, 404, 422, 503)},
)
def show(path: PhonePath) -> Answer:
    """What the brand knows of a customer."""
    return jsonify(_customer(calls.e164(path.phone)))


@api.put(
    "/customers/<phone>",
    responses={
        200: CustomerAnswer,
        201: CustomerAnswer,
        **described(400, 401, 409, 413, 415, 422, 503),
    },
)
def keep(path: PhonePath, body: CustomerBody) -> Answer:
    """Keep what is known of a customer.

    Makes the customer where there is none. What is left out stays as it is; an attribute that is null
    is removed. Consent is recorded under /consents alone.
    """
    phone = calls.e164(path.phone)
    told = body.model_dump(include=body.model_fields_set & {"name", "language", "timezone"})
    now = calls.parts().now()
    try:
        is_new = customer_records.put(
            calls.parts(), calls.caller(), phone, now, told=told, attributes=body.attributes
        )
    except ConsentRefused as refused:
        raise Refusal(409, CONTRADICTIONS[refused.reason]) from None
    return jsonify(_customer(phone)), 201 if is_new else 200


@api.post(
    "/consents",
    responses={201: CustomerAnswer, **described(400, 401, 409, 413, 415, 422, 503)},
)
def consent(body: ConsentBody) -> Answer:
    """Record that a customer has agreed to marketing, or no longer does; or the same of a class of sensitive data, or
    of being written to personally, by `scope`.

    A grant needs its source, its wording and its time. One from before the customer's own opt-out is
    refused (409), and so is any for who has sent STOP to all texts. A withdrawal counts at once and
    cancels what is queued.
    """
    phone, now = body.phone, calls.parts().now()
    if body.scope in SCOPES:
        source = customer_records.code_of(body.source)
        told = Told(body.scope, body.action == "grant", source, body.wording, at=body.at)
        parts, caller = calls.parts(), calls.caller()
        try:
            separate_consents.record(parts, phone, caller.brand.id, told, caller.actor, now)
        except ConsentOutdated:
            raise Refusal(409, CONTRADICTIONS["consent_known_later"]) from None
    elif body.action == "withdraw":
        customer_records.withdraw(calls.parts(), calls.caller(), phone, body.source, body.scope, now)
    elif body.wording is not None and body.at is not None:
        given = Grant(body.source, body.wording, body.at, body.partner)
        _grant(phone, given)
    return jsonify(_customer(phone)), 201


def _grant(phone: str, given: Grant) -> None:
    try:
        customer_records.grant(calls.parts(), calls.caller(), phone, given, calls.parts().now())
    except PartnerRefused as refused:
        raise Refusal(422, PARTNERS[refused.reason]) from None
    except ConsentRefused as refused:
        raise Refusal(409, CONTRADICTIONS[refused.reason]) from None


def _customer(phone: str) -> records.Shown:
    with calls.parts().store.read() as session:
        found = records.customer(session, calls.caller().brand.id, phone)
    if found is None:
        raise Refusal(404, "this brand knows nobody with this phone")
    return found
