"""Twilio: signed webhooks in, the REST API out, both by the official SDK, which is loaded when first needed.

Twilio answers some opt-out words itself and says so by `OptOutType`; a later 21610 is an opt-out it knew
before us. It takes no idempotency key, so a lost answer is settled by the receipt, whose address carries our
id, or by its list.
"""

from app.providers.contract import Provider
from app.providers.transport import Transport
from app.providers.twilio.account import CAPABILITIES, TwilioSettings
from app.providers.twilio.rest import query, send
from app.providers.twilio.webhooks import acknowledge, connectivity, parse, verify

PROVIDER: Provider[TwilioSettings, Transport] = Provider(
    name="twilio",
    settings=TwilioSettings,
    capabilities=CAPABILITIES,
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    connectivity=connectivity,
    send=send,
    query=query,
    receipt_codes="twilio",
)
