"""Rooms for the bodies that are held in memory: who fills one room takes nothing from the callers of another."""

from enum import Enum, auto


class Room(Enum):
    """For whose bodies a room is."""

    DELIVERIES = auto()
    """Of providers, at the addresses of their channels."""
    KNOWN = auto()
    """Of staff who are logged in, and of programs with a key."""
    SHORT = auto()
    """Of anybody, as short as a log-in."""
    LONG = auto()
    """Of anybody, longer."""


MOST = {
    Room.DELIVERIES: 128_000_000,
    Room.KNOWN: 128_000_000,
    Room.SHORT: 16_000_000,
    Room.LONG: 16_000_000,
}
"""Bytes of all bodies that are arriving or being answered at one moment."""
SHORT = 16_000
"""Bytes of a body that is told to be short: a thousand of them have room at once, that staff can still log in."""


class Rooms:
    """What one process holds."""

    def __init__(self) -> None:
        self.held = dict.fromkeys(Room, 0)

    def place(self, room: Room) -> "Place":
        """A place for one body, empty yet."""
        return Place(self.held, room)


class Place:
    """What one body takes of a room."""

    def __init__(self, held: dict[Room, int], room: Room) -> None:
        self._held, self._length = held, 0
        self.room, self.longest = room, 0
        """`longest` is how many bytes its sender may send."""

    def has_room(self, more: int) -> bool:
        """Whether so many bytes more can be held."""
        return self._held[self.room] + more <= MOST[self.room]

    def grow(self, more: int) -> None:
        """Holds so many bytes more."""
        self._held[self.room] += more
        self._length += more

    def move(self, room: Room) -> None:
        """Takes the body to another room, whether or not it is full: what has come is in memory already."""
        self._held[self.room] -= self._length
        self.room = room
        self._held[room] += self._length

    def leave(self) -> None:
        """The body is answered."""
        self._held[self.room] -= self._length
        self._length = 0
