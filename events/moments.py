"""Days and moments as people send them: within bounds that no zone and no reckoning can run out of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

Moment = Annotated[AwareDatetime, Field(ge="1900-01-01T00:00:00Z", le="2199-12-31T00:00:00Z")]
Day = Annotated[date, Field(ge=date(1000, 1, 1), le=date(2199, 12, 31))]
