"""Why a review is refused."""

from stream_edits.policies.values.x12_codes import RETRIEVED


class ReviewRefused(Exception):
    """A review that changes nothing. ``error_class`` is that of its dead letter."""

    error_class: str

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.error_class = type(self).__name__


class UnknownReview(ReviewRefused):
    """The claim, the line or the finding is not known, or the claim was replaced or voided."""


class StaleReview(ReviewRefused):
    """What the reviewer saw has changed since."""


class UnitsAboveBilled(ReviewRefused):
    """The review allows more units than the line bills: a violation of the contract."""

    def __init__(self) -> None:
        super().__init__("allowed_units is above the units that the line bills")
        self.error_class = "ContractViolation"


class UnitsOfNoLine(ReviewRefused):
    """The review allows units on a finding that is not on a line: a violation of the contract."""

    def __init__(self) -> None:
        super().__init__("allowed_units do not fit a finding on the claim itself")
        self.error_class = "ContractViolation"


class UnlistedReason(ReviewRefused):
    """The review names a reason code that no remittance can have: a violation of the contract."""

    def __init__(self) -> None:
        # Without the code: what is not a code may be anything.
        super().__init__(f"carc or a rarc is not on the X12 list of {RETRIEVED}")
        self.error_class = "ContractViolation"
