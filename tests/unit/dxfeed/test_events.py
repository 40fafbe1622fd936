from __future__ import annotations

import math

import msgspec
import pytest

from tastytrade.dxfeed import EVENT_CLASSES, EventType, Kind, Quote, event_class, field_names, fields_of
from tastytrade.errors import ConfigurationError

PREFIX = "eventSymbol eventTime "
TRADE = (
    "time timeNanoPart sequence exchangeCode price change size dayId dayVolume dayTurnover tickDirection"
    " extendedTradingHours"
)
SERIES = "eventFlags index time sequence "
CANDLE = SERIES + "count open high low close volume vwap bidVolume askVolume impVolatility openInterest"
ORDER = (
    "source eventFlags index time timeNanoPart sequence action actionTime orderId auxOrderId price size"
    " executedSize count exchangeCode side scope tradeId tradePrice tradeSize"
)
PRINT = (
    "eventFlags index time timeNanoPart sequence exchangeCode price size bidPrice askPrice"
    " exchangeSaleConditions tradeThroughExempt aggressorSide spreadLeg extendedTradingHours validTick type "
)
FIELDS = {
    "Quote": "sequence timeNanoPart bidTime bidExchangeCode bidPrice bidSize askTime askExchangeCode askPrice"
    " askSize",
    "Trade": TRADE,
    "TradeETH": TRADE,
    "Summary": "dayId dayOpenPrice dayHighPrice dayLowPrice dayClosePrice dayClosePriceType prevDayId"
    " prevDayClosePrice prevDayClosePriceType prevDayVolume openInterest",
    "Profile": "description shortSaleRestriction tradingStatus statusReason haltStartTime haltEndTime"
    " highLimitPrice lowLimitPrice high52WeekPrice low52WeekPrice beta earningsPerShare dividendFrequency"
    " exDividendAmount exDividendDayId shares freeFloat",
    "Greeks": SERIES + "price volatility delta gamma theta rho vega",
    "TheoPrice": SERIES + "price underlyingPrice delta gamma dividend interest",
    "Underlying": SERIES + "volatility frontVolatility backVolatility callVolume putVolume putCallRatio",
    "TimeAndSale": PRINT + "buyer seller",
    "Candle": CANDLE,
    "DailyCandle": CANDLE,
    "Order": ORDER + " marketMaker",
    "AnalyticOrder": ORDER + " marketMaker icebergPeakSize icebergHiddenSize icebergExecutedSize icebergType",
    "SpreadOrder": ORDER + " spreadSymbol",
    "OtcMarketsOrder": ORDER
    + " marketMaker quoteAccessPayment open unsolicited otcMarketsPriceType saturated"
    " autoExecution nmsConditional",
    "Series": SERIES
    + "expiration volatility callVolume putVolume putCallRatio forwardPrice dividend interest",
    "OptionSale": PRINT + "underlyingPrice volatility delta optionSymbol",
    "Configuration": "version attachment",
    "Message": "attachment",
    "TextMessage": "time sequence text",
    "TextConfiguration": "time sequence version text",
    "MarketMaker": "eventFlags index exchangeCode marketMaker bidTime bidPrice bidSize bidCount askTime"
    " askPrice askSize askCount",
    "OrderImbalance": "source time sequence refPrice pairedSize imbalanceSize nearPrice farPrice"
    " imbalanceSide auctionType",
}


def test_every_event_type_has_dxfeeds_fields_in_dxfeeds_order() -> None:
    found = {name: " ".join(field_names(cls)) for name, cls in EVENT_CLASSES.items()}

    assert found == {name: PREFIX + fields for name, fields in FIELDS.items()}


def test_an_event_prints_like_dxfeeds_documentation() -> None:
    quote = Quote("SPY", bidExchangeCode="Q", bidPrice=411.58, bidSize=400.0, askPrice=411.6)

    assert repr(quote) == (
        "Quote(eventSymbol='SPY', eventTime=0, sequence=0, timeNanoPart=0, bidTime=0, bidExchangeCode='Q',"
        " bidPrice=411.58, bidSize=400.0, askTime=0, askExchangeCode='', askPrice=411.6, askSize=nan)"
    )


def test_an_event_cannot_be_changed() -> None:
    quote = Quote("SPY")

    with pytest.raises(AttributeError):
        quote.bidPrice = 1.0  # type: ignore[misc]  # that it is refused is the point


def test_a_missing_double_is_nan_and_equal_events_are_equal() -> None:
    assert math.isnan(Quote("SPY").bidPrice)
    assert Quote("SPY") == Quote("SPY")


def test_an_event_as_json_says_first_what_it_is() -> None:
    assert msgspec.json.encode(Quote("SPY")).startswith(b'{"eventType":"Quote","eventSymbol":"SPY"')


def test_every_field_has_a_kind_and_a_default_of_that_kind() -> None:
    defaults = {
        Kind.DOUBLE: (float, int),
        Kind.INTEGER: (int,),
        Kind.BOOLEAN: (bool,),
        Kind.TEXT: (str, type(None)),
        Kind.NAME: (str,),
        Kind.ANY: (type(None),),
    }
    wrong = [
        (cls.__name__, field.name)
        for cls in EVENT_CLASSES.values()
        for field in fields_of(cls)
        if not isinstance(field.default, defaults[field.kind])
    ]

    assert wrong == []


@pytest.mark.parametrize("meant", [Quote, EventType.QUOTE, "Quote"])
def test_an_event_type_can_be_named_three_ways(meant: object) -> None:
    assert event_class(meant) is Quote  # type: ignore[arg-type]  # one of the three


@pytest.mark.parametrize("wrong", ["quote", "Kurs", str, 7, None])
def test_an_unknown_event_type_is_refused_with_the_names_there_are(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="there are: Quote, Trade"):
        event_class(wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_each_event_type_knows_its_class() -> None:
    assert EventType.GREEKS.event_class.__name__ == "Greeks"
    assert [event_type.event_class.__name__ for event_type in EventType] == list(EventType)
