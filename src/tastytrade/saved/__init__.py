"""What outlives a process: credentials, the token they gave, and which credentials the service refused.

Secrets are in the keyring of the operating system or, where there is none, in files that nobody else can
read. Nothing here is asynchronous but the lock that processes share.
"""

from tastytrade.saved.credentials import (
    forget_credentials,
    save_credentials,
    saved_credentials,
    where_saved,
)

__all__ = ["forget_credentials", "save_credentials", "saved_credentials", "where_saved"]
