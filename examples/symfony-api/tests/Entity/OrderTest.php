<?php

declare(strict_types=1);

namespace App\Tests\Entity;

use App\Entity\Order;
use App\Entity\OrderLine;
use PHPUnit\Framework\TestCase;

final class OrderTest extends TestCase
{
    public function testANewOrderIsOpenAndUnpaid(): void
    {
        $order = new Order('o-1', 'ada');

        self::assertSame('o-1', $order->id());
        self::assertSame('ada', $order->customer());
        self::assertSame(Order::OPEN, $order->state());
        self::assertNull($order->paidAt());
    }

    /**
     * @dataProvider orders
     *
     * @param list<array{int, int}> $lines quantity and price of each
     */
    public function testTheTotalIsTheSumOfTheLines(array $lines, int $total): void
    {
        $order = new Order('o-1', 'ada');
        foreach ($lines as [$quantity, $price]) {
            $order->add(new OrderLine('sku', $quantity, $price));
        }

        self::assertSame($total, $order->total());
    }

    /**
     * @return iterable<string, array{list<array{int, int}>, int}>
     */
    public static function orders(): iterable
    {
        yield 'no lines' => [[], 0];
        yield 'one line' => [[[1, 500]], 500];
        yield 'several of one thing' => [[[3, 500]], 1500];
        yield 'two lines' => [[[1, 500], [2, 250]], 1000];
        yield 'a gift & a thing that costs' => [[[1, 0], [1, 500]], 500];
    }

    public function testPayingKeepsTheDay(): void
    {
        $order = new Order('o-1', 'ada');
        $order->pay(new \DateTimeImmutable('2026-03-01 12:00'));

        self::assertSame(Order::PAID, $order->state());
        self::assertSame('2026-03-01', $order->paidAt()->format('Y-m-d'));
    }
}
