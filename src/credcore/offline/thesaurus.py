"""Words that say the same in an answer about computing. Small on purpose: what is wrongly alike costs more than what
is missed."""

from __future__ import annotations

from credcore.offline.text import stem

_GROUPS = """
    function functions method methods procedure subroutine routine
    argument arguments parameter parameters
    variable variables identifier
    element elements item items entry entries member members
    delete deletes deletion remove removes removal erase discard discards drop drops
    insert inserts insertion add adds addition append appends
    create creates creation build builds construct make produce produces generate generates
    store stores storage save saves hold holds holding contain contains
    location locations place places position positions spot slot
    memory space ram
    begin begins beginning start starts front head initial
    finish finishes end ends ending rear tail last final
    size length amount quantity
    fast faster quick quicker quickly speed rapid efficient efficiency efficiently
    slow slower slowly inefficient
    error errors bug bugs fault faults mistake mistakes defect defects flaw
    test tests testing check checks verify verifies verification validate validates validation
    show shows display displays print prints output
    get gets fetch fetches retrieve retrieves obtain obtains access accesses
    change changes modify modifies modification alter update updates
    unlimited infinite arbitrary
    split splits divide divides division partition partitions separate
    merge merges combine combines join joins
    repeat repeats repetition iterate iterates iteration loop loops
    choose chooses select selects selection pick picks
    compare compares comparison
    small smaller smallest little lesser
    big bigger biggest large larger largest great greater
    reuse reuses reusable reusability
    hide hides hidden encapsulate encapsulates encapsulation conceal
    call calls invoke invokes invocation
    return returns yield yields
    assign assigns assignment
    copy copies duplicate duplicates replicate
    type types kind kinds sort
    need needs require requires required necessary
    allow allows permit permits enable enables
    stop stops halt terminate terminates termination
    move moves shift shifts transfer transfers
    send sends transmit transmits transmission
    receive receives reception
    network networks net
    connection connections link links
    reliable reliability
    lose loses loss lost
    avoid avoids prevent prevents
    increase increases grow grows raise raises
    decrease decreases reduce reduces shrink shrinks
    user users customer customers
    advantage advantages benefit benefits
    disadvantage disadvantages drawback drawbacks
    different differs difference distinct
    same identical equal equals
    program programs application applications software
    object objects instance instances
    number numbers count counts
    step steps phase phases stage stages
    define defines defined definition declare declares declaration specify specifies specified
    address addresses pointer pointers reference references
    data information
    constant fixed
    order ordered sorted sequence
    part parts piece pieces section sections
    empty null none zero
    allocate allocates allocation reserve reserves
    dynamic dynamically runtime
    compile compiles compiler compilation
    solve solves solution
    maintain maintains maintenance
    hacker attacker attackers intruder
    protect protects protection secure security
    wait waits delay delays latency
    traverse traverses visit visits walk
"""


def _canonical() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _GROUPS.strip().splitlines():
        stems = [stem(word) for word in line.split()]
        found.update((other, stems[0]) for other in stems if other not in found)
    return found


SAME = _canonical()
"""The stem that stands for each stem that has others beside it."""
