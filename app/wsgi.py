"""The WSGI application: `app.wsgi:app`, whatever server runs it."""

from app import logs
from app.settings import load
from app.wiring import FrontDoor

settings = load()
logs.configure(settings.log_format)
app = FrontDoor(settings)
app.tell_address()
