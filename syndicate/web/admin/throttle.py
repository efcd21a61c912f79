"""Slows down guessing: how long a client has to wait after failed attempts to sign in.

An attempt is counted before the password is verified, so that requests at the same time are counted, too. Attempts are
counted per network and over all unknown browsers. A browser that has signed in before has a bucket of its own, so that
nobody can lock out the author by guessing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from syndicate.storage import Tables
from syndicate.storage.admin_events import Attempts

FREE_ATTEMPTS = 5
FREE_ATTEMPTS_OF_ALL = 50
FIRST_WAIT = timedelta(seconds=15)
MAX_WAIT = timedelta(minutes=15)
ATTEMPTS_RETENTION = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AttemptBucket:
    """What attempts are counted for, and how many may fail before the first wait."""

    name: str
    free: int = FREE_ATTEMPTS


def network_of(address: str) -> str:
    """Return the network that an address counts for: /24 of IPv4, /64 of IPv6."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((ip, 24 if ip.version == 4 else 64), strict=False))


def password_buckets(address: str, browser_hash: str, *, is_known: bool) -> tuple[AttemptBucket, ...]:
    """Return the buckets of an attempt with a password or a recovery code."""
    if is_known:
        return (AttemptBucket(f"browser:{browser_hash}"),)
    return (AttemptBucket(f"network:{network_of(address)}"), AttemptBucket("unknown browsers", FREE_ATTEMPTS_OF_ALL))


def passkey_buckets(address: str) -> tuple[AttemptBucket, ...]:
    return (AttemptBucket(f"passkeys:{network_of(address)}"),)


def after_attempt(before: Attempts | None, now: datetime, free: int) -> Attempts:
    """Return the attempts of a bucket with one more."""
    is_fresh = before is None or now - before.latest > ATTEMPTS_RETENTION
    failures = 1 if before is None or is_fresh else before.failures + 1
    doublings = failures - free
    wait = min(MAX_WAIT, FIRST_WAIT * 2 ** min(doublings, 10)) if doublings >= 0 else timedelta()
    return Attempts(failures=failures, latest=now, blocked_until=now + wait)


async def begin_attempt(tx: Tables, buckets: tuple[AttemptBucket, ...], now: datetime) -> timedelta:
    """Count an attempt; return how long to wait instead, which is zero if it may be made."""
    found = [(bucket, await tx.admin_events.find_attempts(bucket.name)) for bucket in buckets]
    blocked = [attempts.blocked_until - now for _, attempts in found if attempts and attempts.blocked_until > now]
    if blocked:
        return max(blocked)
    await tx.admin_events.delete_attempts_before(now - ATTEMPTS_RETENTION)
    for bucket, attempts in found:
        await tx.admin_events.save_attempts(bucket.name, after_attempt(attempts, now, bucket.free))
    return timedelta()


async def forget_attempts(tx: Tables, buckets: tuple[AttemptBucket, ...]) -> None:
    """Forget the attempts before one that succeeded; those of all unknown browsers together stay."""
    for bucket in buckets:
        if bucket.free == FREE_ATTEMPTS:
            await tx.admin_events.delete_attempts(bucket.name)
