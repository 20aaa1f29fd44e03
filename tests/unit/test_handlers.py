"""The map of who reacts to what: waiting work finds its handler by name."""

from app.worker.handlers import ON_EVENT, PERIODIC, handler_called, handlers_of, name_of


def test_handlers_are_found_by_the_names_that_waiting_work_knows():
    every = {handler for handlers in ON_EVENT.values() for handler in handlers}
    assert {handler_called(name_of(handler)) for handler in every} == every
    assert all(len(name_of(handler)) <= 120 for handler in every)
    assert name_of(ON_EVENT["booking_created"][0]) == "messaging.mails.booking_created"
    assert handler_called("messaging.mails.of_yesterday") is None


def test_each_event_is_handled_by_each_once():
    assert all(len(handlers_of(name)) == len(handlers) for name, handlers in ON_EVENT.items())
    assert handlers_of("link_viewed") == {}


def test_each_periodic_work_has_a_name_of_its_own():
    names = [each.name for each in PERIODIC]
    assert len(set(names)) == len(names)
    assert "old events" in names
