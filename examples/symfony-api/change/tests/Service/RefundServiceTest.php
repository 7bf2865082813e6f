<?php

declare(strict_types=1);

namespace App\Tests\Service;

use App\Entity\Order;
use App\Entity\OrderLine;
use App\Repository\OrderRepository;
use App\Service\RefundService;
use App\Tests\Support\ColdDatabase;
use PHPUnit\Framework\TestCase;

final class RefundServiceTest extends TestCase
{
    private const TOTAL = 900;

    public function testAFullRefundIsRemembered(): void
    {
        $orders = self::withPaidOrder(new OrderRepository());
        (new RefundService($orders))->refund('o-1', self::TOTAL);

        self::assertSame('refunded', $orders->find('o-1')->state());
    }

    public function testAfterAPartialRefundTheOrderIsStillPaid(): void
    {
        $orders = self::withPaidOrder(new OrderRepository());

        self::assertSame(Order::PAID, (new RefundService($orders))->refund('o-1', 100)->state());
    }

    /**
     * @dataProvider tooMuch
     */
    public function testMoreThanTheTotalIsRefused(int $amount): void
    {
        $service = new RefundService(self::withPaidOrder(new OrderRepository()));

        $this->expectException(\InvalidArgumentException::class);
        $service->refund('o-1', $amount);
    }

    /**
     * @return iterable<string, array{int}>
     */
    public static function tooMuch(): iterable
    {
        yield 'a cent too much' => [self::TOTAL + 1];
        yield 'twice the total' => [2 * self::TOTAL];
    }

    public function testAnUnknownOrderIsRefused(): void
    {
        $this->expectException(\OutOfBoundsException::class);
        (new RefundService(new OrderRepository()))->refund('o-2', 100);
    }

    public function testARefundTakesNoLongerThanACustomerWaits(): void
    {
        $service = new RefundService(self::withPaidOrder(new ColdDatabase()));
        $start = hrtime(true);
        $service->refund('o-1', self::TOTAL);
        $milliseconds = intdiv(hrtime(true) - $start, 1_000_000);

        self::assertLessThan(50, $milliseconds, 'The refund took too many milliseconds.');
    }

    private static function withPaidOrder(OrderRepository $orders): OrderRepository
    {
        $order = new Order('o-1', 'ada', [new OrderLine('tea', 2, 450)]);
        $order->pay(new \DateTimeImmutable('2026-03-01'));
        $orders->save($order);

        return $orders;
    }
}
