"""The WSGI application: `app.wsgi:app`, whatever server runs it."""

from app import logs
from app.settings import load
from app.wiring import front_door

settings = load()
logs.configure(settings.log_format)
app = front_door(settings)
