<?php

declare(strict_types=1);

namespace App\Tests\Repository;

use App\Entity\Order;
use App\Repository\OrderRepository;
use PHPUnit\Framework\TestCase;

final class OrderRepositoryTest extends TestCase
{
    private OrderRepository $orders;

    protected function setUp(): void
    {
        $this->orders = new OrderRepository();
        $this->orders->save(new Order('o-1', 'ada'));
        $this->orders->save(new Order('o-2', 'ada', [], Order::PAID));
        $this->orders->save(new Order('o-3', 'grace', [], Order::SHIPPED));
    }

    public function testAnOrderThatWasSavedIsFound(): void
    {
        self::assertSame('grace', $this->orders->find('o-3')->customer());
    }

    public function testAnUnknownOrderIsNull(): void
    {
        self::assertNull($this->orders->find('o-4'));
    }

    public function testSavingAgainReplaces(): void
    {
        $this->orders->save(new Order('o-3', 'grace', [], Order::OPEN));

        self::assertSame(Order::OPEN, $this->orders->find('o-3')->state());
    }

    /**
     * @dataProvider searches
     *
     * @param list<string> $ids
     */
    public function testOrdersAreFoundByCustomer(string $customer, ?string $state, array $ids): void
    {
        $found = $this->orders->findByCustomer($customer, $state);

        self::assertSame($ids, array_map(static fn (Order $order): string => $order->id(), $found));
    }

    /**
     * @return iterable<string, array{string, string|null, list<string>}>
     */
    public static function searches(): iterable
    {
        yield 'in any state' => ['ada', null, ['o-1', 'o-2']];
        yield 'that are paid' => ['ada', Order::PAID, ['o-2']];
        yield 'that are shipped, of which there are none' => ['ada', Order::SHIPPED, []];
        yield 'of a customer without any' => ['edsger', null, []];
    }

    public function testOpenOrdersAreCounted(): void
    {
        self::assertSame(1, $this->orders->countOpen());
    }
}
