<?php

declare(strict_types=1);

namespace App\Tests\Service;

use App\Entity\Order;
use App\Message\OrderPaid;
use App\Repository\OrderRepository;
use App\Service\OrderService;
use App\Tests\Support\RecordingBus;
use PHPUnit\Framework\TestCase;

final class OrderServiceTest extends TestCase
{
    private OrderRepository $orders;
    private RecordingBus $bus;
    private OrderService $service;

    protected function setUp(): void
    {
        $this->orders = new OrderRepository();
        $this->bus = new RecordingBus();
        $this->service = new OrderService($this->orders, $this->bus);
    }

    /**
     * @dataProvider baskets
     *
     * @param list<array{sku: string, quantity: int, price: int}> $lines
     */
    public function testPlacingAnOrderSavesItsLines(array $lines, int $total): void
    {
        $order = $this->service->place('ada', $lines);

        self::assertSame($order, $this->orders->find($order->id()));
        self::assertSame($total, $order->total());
    }

    /**
     * @return iterable<string, array{list<array{sku: string, quantity: int, price: int}>, int}>
     */
    public static function baskets(): iterable
    {
        $tea = ['sku' => 'tea', 'quantity' => 2, 'price' => 450];
        $cup = ['sku' => 'cup', 'quantity' => 1, 'price' => 1200];
        yield 'an empty basket' => [[], 0];
        yield 'tea for two' => [[$tea], 900];
        yield 'tea and a cup' => [[$tea, $cup], 2100];
    }

    public function testEveryOrderHasItsOwnId(): void
    {
        self::assertNotSame($this->service->place('ada', [])->id(), $this->service->place('ada', [])->id());
    }

    public function testPayingChangesTheState(): void
    {
        $order = $this->service->place('ada', []);
        $this->service->pay($order->id());

        self::assertSame(Order::PAID, $this->orders->find($order->id())->state());
    }

    public function testPayingTellsTheOthers(): void
    {
        $order = $this->service->place('ada', []);
        $this->service->pay($order->id());

        self::assertEquals([new OrderPaid($order->id())], $this->bus->messages);
    }

    public function testTheInvoiceHasTheDayOfThePayment(): void
    {
        $order = new Order('o-1', 'ada');
        $order->pay(new \DateTimeImmutable('2026-03-01 23:59'));

        self::assertSame('2026-03-01', $this->service->invoiceDate($order));
    }

    public function testTheInvoiceOfAnUnpaidOrderHasNoDay(): void
    {
        self::assertSame('not yet paid', $this->service->invoiceDate(new Order('o-1', 'ada')));
    }

    /**
     * @dataProvider payments
     */
    public function testAnOrderIsRefundableForTwoWeeks(?string $paidAt, bool $refundable): void
    {
        $order = new Order('o-1', 'ada');
        if ($paidAt !== null) {
            $order->pay(new \DateTimeImmutable($paidAt));
        }

        self::assertSame($refundable, $this->service->refundable($order));
    }

    /**
     * @return iterable<string, array{string|null, bool}>
     */
    public static function payments(): iterable
    {
        yield 'paid yesterday' => ['-1 day', true];
        yield 'paid three weeks ago' => ['-21 days', false];
        yield 'never paid' => [null, false];
    }
}
