"""Logs in without end as people who don't exist, on so many connections at once; says when it blows, and how often at
the end.

Arguments: port, connections, seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress


async def log_in(port: int, who: str, tally: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    try:
        while True:
            number += 1
            email = f"nobody{who}x{number}@example.org"
            body = json.dumps({"email": email, "password": "not a password of anybody"}).encode()
            head = (
                "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in answer.lower().split(b"\r\n") if b": " in line)
            await reader.readexactly(int(fields[b"content-length"]))
            if not tally:
                print("blowing", flush=True)
            tally[int(answer.split(b" ", 2)[1])] += 1
    finally:
        writer.close()


async def main(port: int, connections: int, seconds: float) -> None:
    tally: Counter[int] = Counter()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as storm:
            for who in range(connections):
                storm.create_task(log_in(port, str(who), tally))
    print(json.dumps(tally))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
